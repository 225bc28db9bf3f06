using AgentMesh.Manifest;
using AgentMesh.Spiffe;

namespace AgentMesh.Auth;

/// <summary>What a token is wanted for.</summary>
public sealed class TokenRequest
{
    /// <summary>Who is to be called.</summary>
    public required Party Callee { get; init; }

    /// <summary>What is to be asked of it.</summary>
    public required ScopeSet Scopes { get; init; }

    /// <summary>The SVID that authenticates the call. The token is bound to it and worth nothing with another (RFC 8705 §3.1).</summary>
    public required X509Svid Svid { get; init; }

    /// <summary>Whether it will be bound to <see cref="Svid"/>, and so is worth nothing after that one.</summary>
    internal bool BindsToSvid { get; init; } = true;

    /// <summary>The key that the token is to be bound to instead (RFC 9449); null: to the SVID.</summary>
    internal ProofKey? ProofKey { get; init; }

    /// <summary>The request being served, on whose behalf the call is made; null when the call is the party's own.</summary>
    public DelegationContext? OnBehalfOf { get; init; }
}
