using AgentMesh.Auth;

namespace AgentMesh.A2A.Mesh;

/// <summary>
/// Has a person approve what a skill is about to be called for. Meanwhile the task being worked on here waits in <c>TASK_STATE_AUTH_REQUIRED</c>, and so do
/// those of all who wait for it. Attach what was approved to the call with <see cref="SkillClient.CallAsync{TRequest, TResult}"/>.
/// </summary>
public sealed class SkillApprovals
{
    private readonly IApprovals _approvals;
    private readonly MeshIdentity _identity;

    /// <summary>Asks in the name of a party.</summary>
    /// <param name="approvals">The authorization server's approvals.</param>
    /// <param name="identity">Who asks.</param>
    public SkillApprovals(IApprovals approvals, MeshIdentity identity) => (_approvals, _identity) = (approvals, identity);

    /// <summary>Asks, and waits for the answer.</summary>
    /// <param name="request">What is to be approved; its binding message says it in a line.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>What was approved, or why not, as <see cref="IApprovals.RequestAsync"/> and <see cref="PendingApproval.WaitAsync"/> say it.</returns>
    public async Task<ApprovalResult<ApprovedAction>> AskAsync(ApprovalRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var asked = await _approvals.RequestAsync(request, cancellationToken).ConfigureAwait(false);
        if (!asked.Succeeded)
            return asked.FailedAs<ApprovedAction>();

        var pending = asked.Value;
        var needed = request.BindingMessage ?? $"a call of {request.Callee} with {request.Scopes}";
        var notice = new AuthorizationNotice(pending.Id ?? "without an id", needed, Approvers(), pending.ExpiresAt, _identity.Party.Name);
        var awaiting = SkillTask.Current is { } task ? await task.AwaitAuthorizationAsync(notice).ConfigureAwait(false) : null;
        try
        {
            return await pending.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (awaiting is not null)
                await awaiting.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Asks, and waits for the answer, where there is nothing to be done without it.</summary>
    /// <param name="request">What is to be approved.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="SkillException"><c>approval_denied</c>, <c>approval_expired</c>, or the authorization server's code.</exception>
    public async Task<ApprovedAction> RequireAsync(ApprovalRequest request, CancellationToken cancellationToken = default)
    {
        var decided = await AskAsync(request, cancellationToken).ConfigureAwait(false);
        if (decided.Succeeded)
            return decided.Value;
        var what = request.BindingMessage ?? request.Scopes.ToString();
        throw decided.Error.Code switch
        {
            "access_denied" => new SkillException("approval_denied", $"Not approved, a person was asked and said no: {what}."),
            "expired_token" => new SkillException("approval_expired", $"Not approved, nobody decided in time: {what}."),
            var code => new SkillException(code, $"Not approved ({code}): {what}."),
        };
    }

    private string Approvers()
    {
        var names = _identity.Manifest.Operators.Values.Where(person => person.Permissions.Contains("approve")).Select(person => person.Name).ToArray();
        return names switch
        {
            [] => "An operator",
            [var only] => $"The operator {only}",
            _ => $"One of the operators {string.Join(", ", names)}",
        };
    }
}
