using AgentMesh.Spiffe;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>What checks 1 to 5 found out about a request: who calls, for whom, with which scopes, or why it is refused.</summary>
internal sealed class CallerProof
{
    /// <summary>The connection it came over; null for one without mTLS.</summary>
    public PeerConnection? Connection { get; init; }

    public SpiffePeer? Peer => Connection?.Peer;

    public VerifiedToken? Token { get; init; }

    /// <summary>Whether the token came with the scheme DPoP.</summary>
    public bool WithProof { get; init; }

    /// <summary>The scopes granted: by the token, or by the manifest's edge where there is none.</summary>
    public ScopeSet Scopes { get; init; } = ScopeSet.Empty;

    /// <summary>The code of the first check that failed; null when all passed.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether check 1 passed: the connection still proves its peer.</summary>
    public bool Connected { get; init; }

    /// <summary>When the checks began, as a <see cref="TimeProvider"/> timestamp.</summary>
    public long Started { get; init; }

    /// <summary>How the caller proved itself, for the audit.</summary>
    public string Authentication => Peer is null ? "none" : Token is null ? "mtls" : WithProof ? "mtls+dpop" : Token.IsBound ? "mtls+token" : "mtls+entra";

    public string? Caller => Peer?.Id.ToString();

    public string? Subject => Token?.Subject ?? Caller;

    public IReadOnlyList<string> Actors => Token?.Actors ?? [];
}
