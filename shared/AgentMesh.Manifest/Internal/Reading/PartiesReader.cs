using System.Collections.Frozen;
using System.Collections.ObjectModel;
using AgentMesh.Manifest.Internal.Syntax;

namespace AgentMesh.Manifest.Internal.Reading;

/// <summary>Reads the members <c>agents</c>, <c>operators</c> and <c>services</c>, all but the edges.</summary>
internal sealed class PartiesReader(SpiffeIdTemplate template, DiagnosticBag diagnostics)
{
    public static readonly string[] Authentications = ["oauth", "mtls"];
    public static readonly string[] PermissionNames = ["approve", "revoke", "audit"];

    /// <summary>Services that every mesh has, with the folders where this repository keeps them.</summary>
    public static readonly FrozenDictionary<string, string> WellKnownServices = new Dictionary<string, string>
    {
        ["auth-server"] = "services/AuthServer",
        ["workload-api"] = "services/WorkloadApi",
        ["console"] = "services/Console",
    }.ToFrozenDictionary();

    private readonly PartyTable _parties = new();
    private readonly List<(Party Caller, SyntaxNode Node)> _callers = [];

    /// <summary>The parties that were objects, with their syntax, for the edges to be read from.</summary>
    public IReadOnlyList<(Party Caller, SyntaxNode Node)> Callers => _callers;

    public PartyTable Read(SyntaxNode root)
    {
        ReadSection(root, "agents", PartyKind.Agent, ObjectShape.Agent);
        ReadSection(root, "operators", PartyKind.Operator, ObjectShape.Operator);
        ReadSection(root, "services", PartyKind.Service, ObjectShape.Service);
        foreach (var (name, project) in WellKnownServices.OrderBy(service => service.Key, StringComparer.Ordinal))
        {
            if (!_parties[PartyKind.Service].ContainsKey(name) && !IsTaken(name, PartyKind.Service, ManifestPosition.Start))
                _parties.Add(new(_parties.NextIndex, name, PartyKind.Service, template.Of(PartyKind.Service, name), ManifestPosition.Start) { Project = project });
        }

        return _parties;
    }

    private void ReadSection(SyntaxNode root, string section, PartyKind kind, ObjectShape shape)
    {
        foreach (var (name, position, node) in Expect.Entries(root, section, diagnostics))
        {
            Names.CheckParty(name, position, kind == PartyKind.Service ? "a service" : kind == PartyKind.Agent ? "an agent" : "an operator", diagnostics);
            var isObject = shape.Check(node, diagnostics);
            if (IsTaken(name, kind, position))
                continue;

            var party = isObject ? ReadParty(name, kind, position, node) : new(_parties.NextIndex, name, kind, template.Of(kind, name), position);
            _parties.Add(party);
            if (isObject)
                _callers.Add((party, node));
        }
    }

    private Party ReadParty(string name, PartyKind kind, ManifestPosition position, SyntaxNode node) =>
        new(_parties.NextIndex, name, kind, template.Of(kind, name), position)
        {
            Description = Expect.Text(node, "description", diagnostics) ?? "",
            Project = PathOf(node, "project", ProjectPath.FolderFault) ?? (kind == PartyKind.Service ? WellKnownServices.GetValueOrDefault(name) : null),
            Executable = PathOf(node, "executable", ProjectPath.ExecutableFault),
            Selectors = Selectors.Read(node, diagnostics),
            Authentication = kind == PartyKind.Agent && Expect.OneOf(node, "auth", Authentications, diagnostics) == "mtls"
                ? EdgeAuthentication.Mtls
                : EdgeAuthentication.OAuth,
            Permissions = kind == PartyKind.Operator ? ReadPermissions(node) : ReadOnlySet<string>.Empty,
        };

    private string? PathOf(SyntaxNode node, string member, Func<string, string?> faultOf)
    {
        if (Expect.Text(node, member, diagnostics) is not { } path)
            return null;
        if (faultOf(path) is not { } fault)
            return path;

        diagnostics.Error(node.Find(member)!.Position, $"{Quote.Text(path)} {fault}");
        return null;
    }

    private ReadOnlySet<string> ReadPermissions(SyntaxNode node)
    {
        var may = Expect.Texts(node, "may", diagnostics);
        foreach (var permission in may)
        {
            if (!PermissionNames.Contains(permission.Text))
                diagnostics.Error(permission.Position, $"{Quote.Text(permission.Text)} is not a permission.{Suggestion.For(permission.Text, PermissionNames)}");
        }

        return new(new HashSet<string>(may.Select(permission => permission.Text), StringComparer.Ordinal));
    }

    private bool IsTaken(string name, PartyKind kind, ManifestPosition position)
    {
        if (_parties.Find(name) is { } other)
        {
            diagnostics.Error(position == ManifestPosition.Start ? other.Position : position, position == ManifestPosition.Start
                ? $"{Quote.Text(name)} is the name of a service of the mesh itself. Give {other} another name."
                : $"{Quote.Text(name)} is already the name of {other} ({other.Position}). Names are unique among agents, operators and services.");
            return true;
        }

        var spiffeId = template.Of(kind, name);
        if (spiffeId.Length > Limits.SpiffeIdBytes)
            diagnostics.Error(position, $"The SPIFFE ID of {Quote.Text(name)} would be longer than {Limits.SpiffeIdBytes} bytes. Shorten \"spiffeId\".");
        if (kind == PartyKind.Agent && template.IsReserved(spiffeId))
            diagnostics.Error(position, $"{Quote.Text(name)} would get the SPIFFE ID {Quote.Text(spiffeId)}, among those of operators and services. Rename it or change \"spiffeId\".");
        if (_parties.FindSpiffeId(spiffeId) is not { } twin)
            return false;

        diagnostics.Error(position, $"{Quote.Text(name)} would get the SPIFFE ID {Quote.Text(spiffeId)}, which {twin} has. Rename it or change \"spiffeId\".");
        return true;
    }
}
