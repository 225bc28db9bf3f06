namespace AgentMesh.Auth.AspNetCore;

/// <summary>Names of the authentication scheme.</summary>
public static class AgentAuthenticationDefaults
{
    /// <summary>The scheme: SPIFFE mTLS and, where the manifest says so, a bound access token.</summary>
    public const string Scheme = "AgentMesh";

    /// <summary>Claim with the peer's SPIFFE ID.</summary>
    public const string CallerClaim = "client_id";

    /// <summary>One claim for each actor, newest first.</summary>
    public const string ActorClaim = "act";
}
