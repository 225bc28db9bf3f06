namespace AgentMesh.Auth;

/// <summary>
/// Asks a person, through the authorization server, to approve one action (OpenID CIBA, poll mode, with RFC 9396 details). A scope that the manifest
/// marks <c>"approval": "human"</c> is had in no other way.
/// </summary>
public interface IApprovals
{
    /// <summary>Asks on behalf of the request being served; where none is being served, on the party's own behalf.</summary>
    /// <param name="request">What is to be done, and by whom.</param>
    /// <param name="cancellationToken">Ends the attempt. What has been asked stays asked until it expires.</param>
    /// <returns>
    /// What now waits for a person; or why nobody was asked: a code of RFC 6749 §5.2, RFC 8693 §2.2.2, <c>invalid_authorization_details</c> (RFC 9396 §5),
    /// <c>invalid_binding_message</c> (CIBA §13), <see cref="TokenError.Unavailable"/> or <see cref="TokenError.BadAnswer"/>.
    /// </returns>
    Task<ApprovalResult<PendingApproval>> RequestAsync(ApprovalRequest request, CancellationToken cancellationToken = default);
}
