using System.Text.RegularExpressions;
using AgentMesh.Manifest.Internal.Syntax;

namespace AgentMesh.Manifest.Internal.Reading;

/// <summary>Makes agents' SPIFFE IDs: the manifest's member <c>spiffeId</c>.</summary>
internal sealed partial class SpiffeIdTemplate(string trustDomain, string path)
{
    public const string Default = Prefix + "agent/{name}";
    private const string Prefix = "spiffe://{trustDomain}/";

    public static SpiffeIdTemplate Read(SyntaxNode root, string trustDomain, DiagnosticBag diagnostics)
    {
        var template = Expect.Text(root, "spiffeId", diagnostics);
        if (template is not null && Fault(template) is { } fault)
        {
            diagnostics.Error(root.Find("spiffeId")!.Position, $"{Quote.Text(template)} {fault}");
            template = null;
        }

        return new(trustDomain, (template ?? Default)[Prefix.Length..]);
    }

    public string Of(PartyKind kind, string name) => $"spiffe://{trustDomain}/" + kind switch
    {
        PartyKind.Agent => path.Replace("{trustDomain}", trustDomain, StringComparison.Ordinal).Replace("{name}", name, StringComparison.Ordinal),
        PartyKind.Operator => $"operator/{name}",
        _ => $"service/{name}",
    };

    /// <summary>Whether an agent's ID would stand among the operators' or services'.</summary>
    public bool IsReserved(string spiffeId) =>
        spiffeId.StartsWith($"spiffe://{trustDomain}/operator/", StringComparison.Ordinal) ||
        spiffeId.StartsWith($"spiffe://{trustDomain}/service/", StringComparison.Ordinal);

    private static string? Fault(string template)
    {
        foreach (Match placeholder in Placeholder().Matches(template))
        {
            if (placeholder.Value is not ("{trustDomain}" or "{name}"))
                return $"has the placeholder {Quote.Text(placeholder.Value)}, which is unknown.{Suggestion.For(placeholder.Value, ["{trustDomain}", "{name}"])}";
        }

        if (!template.StartsWith(Prefix, StringComparison.Ordinal))
            return $"must begin with \"{Prefix}\", for example \"{Default}\".";
        var path = template[Prefix.Length..];
        if (!path.Contains("{name}", StringComparison.Ordinal))
            return $"must contain {{name}}, or all agents would share one identity. For example \"{Default}\".";
        if (path.StartsWith("operator/", StringComparison.Ordinal) || path.StartsWith("service/", StringComparison.Ordinal))
            return $"puts agents where operators and services have their IDs. Write \"{Default}\".";
        return SpiffeIdSyntax.IsPath(path.Replace("{trustDomain}", "t", StringComparison.Ordinal).Replace("{name}", "n", StringComparison.Ordinal))
            ? null
            : "does not yield SPIFFE IDs: a path has segments of a-z, A-Z, 0-9, dot, hyphen and underscore, none empty, \".\" or \"..\", "
                + $"and no slash at the end. For example \"{Default}\".";
    }

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Placeholder();
}
