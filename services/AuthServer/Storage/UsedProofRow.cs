namespace AgentMesh.AuthServer.Storage;

/// <summary>A DPoP proof that was used.</summary>
internal sealed class UsedProofRow
{
    /// <summary>SHA-256 of the key's thumbprint and <c>jti</c>.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>From then on it is too old to be used anyway.</summary>
    public DateTimeOffset ExpiresAt { get; init; }
}
