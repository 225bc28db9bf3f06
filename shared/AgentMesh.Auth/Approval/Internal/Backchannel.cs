namespace AgentMesh.Auth;

/// <summary>Names of OpenID CIBA Core 1.0.</summary>
internal static class Backchannel
{
    public const string GrantType = "urn:openid:params:grant-type:ciba";
    public const string Pending = "authorization_pending";
    public const string SlowDown = "slow_down";
    public const string Expired = "expired_token";
    public const string Denied = "access_denied";
}
