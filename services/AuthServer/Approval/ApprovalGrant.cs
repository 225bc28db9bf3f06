namespace AgentMesh.AuthServer.Approval;

/// <summary>Names of OpenID CIBA Core 1.0 and RFC 9396.</summary>
internal static class ApprovalGrant
{
    public const string GrantType = "urn:openid:params:grant-type:ciba";
    public const string RequestId = "auth_req_id";
    public const string LoginHintToken = "login_hint_token";
    public const string BindingMessage = "binding_message";
    public const string AuthorizationDetails = "authorization_details";
    public const string InvalidAuthorizationDetails = "invalid_authorization_details";

    /// <summary>A request nobody decides on for this long is over.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);
}
