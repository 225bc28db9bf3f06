namespace AgentMesh.Auth;

/// <summary>How a party proves itself to the authorization server (draft-ietf-oauth-spiffe-client-auth); other parties it always calls over mutual TLS.</summary>
public enum ClientAuthentication
{
    /// <summary>With its X509-SVID on the connection, to which tokens are bound (RFC 8705). The default.</summary>
    X509,

    /// <summary>
    /// With a JWT-SVID and a DPoP proof, to whose key tokens are bound (RFC 9449): for where TLS ends before the authorization server.
    /// </summary>
    Jwt,
}
