namespace AgentMesh.Manifest.Internal.Reading;

/// <summary>What a manifest says.</summary>
internal sealed record ManifestContent(
    string TrustDomain,
    Lifetimes Lifetimes,
    int MaxDepth,
    IReadOnlyDictionary<string, ScopeDefinition> Scopes,
    PartyTable Parties,
    IReadOnlyList<Edge> Edges);
