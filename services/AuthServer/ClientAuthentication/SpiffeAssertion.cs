namespace AgentMesh.AuthServer.ClientAuthentication;

/// <summary>Names of draft-ietf-oauth-spiffe-client-auth.</summary>
internal static class SpiffeAssertion
{
    public const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe";
    public const string X509Method = "spiffe_x509";
    public const string JwtMethod = "spiffe_jwt";
}
