namespace AgentMesh.AuthServer.Exchange;

internal static class SubjectTokenTypes
{
    /// <summary>RFC 8693 §3; here always a JWT-SVID.</summary>
    public const string Jwt = "urn:ietf:params:oauth:token-type:jwt";
}
