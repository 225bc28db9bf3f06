using System.Collections.ObjectModel;

namespace AgentMesh.Manifest;

/// <summary>Who can hold an identity: an agent, an operator (a person's command line or browser) or a service of the mesh itself.</summary>
public sealed class Party
{
    internal Party(int index, string name, PartyKind kind, string spiffeId, ManifestPosition position)
    {
        Index = index;
        Name = name;
        Kind = kind;
        SpiffeId = spiffeId;
        Position = position;
    }

    /// <summary>Its number among all parties, from 0 without gaps.</summary>
    internal int Index { get; }

    /// <summary>Its name, unique among agents, operators and services: at most 63 of <c>a-z</c>, <c>0-9</c> and <c>-</c>, so that it is a DNS label too.</summary>
    public string Name { get; }

    /// <summary>Agent, operator or service.</summary>
    public PartyKind Kind { get; }

    /// <summary>
    /// Its SPIFFE ID, unique: agents by the manifest's template, operators <c>spiffe://{trustDomain}/operator/{name}</c>, services
    /// <c>spiffe://{trustDomain}/service/{name}</c>.
    /// </summary>
    public string SpiffeId { get; }

    /// <summary>Where the manifest names it; line 1, column 1 for a service that it does not name.</summary>
    public ManifestPosition Position { get; }

    /// <summary>What it is, in words for people; empty when the manifest is silent.</summary>
    public string Description { get; internal init; } = "";

    /// <summary>
    /// Its project's folder, relative to <see cref="MeshManifest.Root"/>, with <c>/</c> between folders and never leaving the root.
    /// Agents always have one.
    /// </summary>
    public string? Project { get; internal init; }

    /// <summary>
    /// Its executable if the manifest names one: absolute, or relative to <see cref="MeshManifest.Root"/>; may hold
    /// <c>{configuration}</c>. Null: by the convention of <see cref="ProjectExecutable.Resolve"/>.
    /// </summary>
    public string? Executable { get; internal init; }

    /// <summary>
    /// What must be true of a process to be this party, as SPIRE writes it: <c>unix:path:/x</c>, <c>unix:uid:1000</c>,
    /// <c>unix:sha256:…</c>. All must hold. Empty: the executable's path, and the same user as the Workload API's. Whoever attests and
    /// does not know one of them must refuse.
    /// </summary>
    public IReadOnlyList<string> Selectors { get; internal init; } = [];

    /// <summary>How its callers are authenticated.</summary>
    public EdgeAuthentication Authentication { get; internal init; }

    /// <summary>Whom it may call, by the callee's name, in the manifest's order.</summary>
    public IReadOnlyDictionary<string, Edge> Calls { get; internal set; } = ReadOnlyDictionary<string, Edge>.Empty;

    /// <summary>The edges that lead to it, in the manifest's order.</summary>
    public IReadOnlyList<Edge> CalledBy { get; internal set; } = [];

    /// <summary>What an operator may do besides calling: <c>approve</c>, <c>revoke</c>, <c>audit</c>.</summary>
    public IReadOnlySet<string> Permissions { get; internal init; } = ReadOnlySet<string>.Empty;

    /// <summary>Union of the scopes on the edges that lead to it.</summary>
    internal IReadOnlyCollection<string> InboundScopes { get; set; } = [];

    /// <summary>The kind and the name, for example <c>agent advisor</c>.</summary>
    public override string ToString() => $"{KindInWords(Kind)} {Name}";

    internal static string KindInWords(PartyKind kind) => kind switch
    {
        PartyKind.Agent => "agent",
        PartyKind.Operator => "operator",
        _ => "service",
    };
}
