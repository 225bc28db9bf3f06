namespace AgentMesh.Auth;

/// <summary>How the authorization server's certificate is verified.</summary>
public enum ServerTrust
{
    /// <summary>It is an X509-SVID of the SPIFFE ID that the manifest gives the server. The default.</summary>
    Spiffe,

    /// <summary>
    /// It is one that this machine trusts for the issuer's host name, such as an ingress controller's. Only with <see cref="ClientAuthentication.Jwt"/>.
    /// </summary>
    System,
}
