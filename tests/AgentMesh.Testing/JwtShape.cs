using System.Text.Json.Nodes;

namespace AgentMesh.Testing;

/// <summary>What a test wants to be special about a token. All defaults make a proper JWT-SVID.</summary>
public sealed record JwtShape
{
    /// <summary>Header members to set; null removes one.</summary>
    public IReadOnlyDictionary<string, JsonNode?> Header { get; init; } = new Dictionary<string, JsonNode?>();

    /// <summary>Claims to set; null removes one.</summary>
    public IReadOnlyDictionary<string, JsonNode?> Claims { get; init; } = new Dictionary<string, JsonNode?>();

    /// <summary>Changes the signature.</summary>
    public Func<byte[], byte[]>? Signature { get; init; }
}
