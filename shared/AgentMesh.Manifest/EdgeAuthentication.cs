namespace AgentMesh.Manifest;

/// <summary>How a callee has its callers authenticated: the member <c>auth</c> of an agent.</summary>
public enum EdgeAuthentication
{
    /// <summary>Mutual TLS and an access token that is bound to the caller's X509-SVID (<c>"oauth"</c>, the default).</summary>
    OAuth,

    /// <summary>Mutual TLS alone (<c>"mtls"</c>): the callee maps the peer's SPIFFE ID to scopes through the manifest.</summary>
    Mtls,
}
