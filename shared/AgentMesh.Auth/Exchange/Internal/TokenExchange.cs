namespace AgentMesh.Auth;

/// <summary>The identifiers of RFC 8693 §2.1 and §3.</summary>
internal static class TokenExchange
{
    public const string GrantType = "urn:ietf:params:oauth:grant-type:token-exchange";
    public const string AccessTokenType = "urn:ietf:params:oauth:token-type:access_token";
    public const string JwtType = "urn:ietf:params:oauth:token-type:jwt";
}
