using AgentMesh.Auth;

namespace AgentMesh.A2A.Mesh;

/// <summary>
/// Has a person approve what a skill is about to be called for. Meanwhile the task being worked on here waits in <c>TASK_STATE_AUTH_REQUIRED</c>, and so do
/// those of all who wait for it.
/// </summary>
internal sealed class SkillApprovals(IApprovals approvals, MeshIdentity identity)
{
    public async Task<ApprovedSkill> GetAsync(FoundAgent agent, ScopeSet scopes, SkillApproval approval, CancellationToken cancellationToken)
    {
        var asked = await approvals.RequestAsync(
            new ApprovalRequest { Callee = agent.Party.Name, Scopes = scopes, AuthorizationDetails = approval.AuthorizationDetails, BindingMessage = approval.Summary },
            cancellationToken).ConfigureAwait(false);
        if (!asked.Succeeded)
            throw new SkillException(asked.Error.Code, $"Nobody could be asked to approve: {approval.Summary} ({asked.Error.Code}).");

        var pending = asked.Value;
        var notice = new AuthorizationNotice(pending.Id ?? "without an id", approval.Summary, Approvers(), pending.ExpiresAt, identity.Party.Name);
        var awaiting = SkillTask.Current is { } task ? await task.AwaitAuthorizationAsync(notice).ConfigureAwait(false) : null;
        try
        {
            var decided = await pending.WaitAsync(cancellationToken).ConfigureAwait(false);
            return decided.Succeeded ? new ApprovedSkill(decided.Value) : throw Refused(approval, decided.Error);
        }
        finally
        {
            if (awaiting is not null)
                await awaiting.DisposeAsync().ConfigureAwait(false);
        }
    }

    private string Approvers()
    {
        var names = identity.Manifest.Operators.Values.Where(person => person.Permissions.Contains("approve")).Select(person => person.Name).ToArray();
        return names switch
        {
            [] => "An operator",
            [var only] => $"The operator {only}",
            _ => $"One of the operators {string.Join(", ", names)}",
        };
    }

    private static SkillException Refused(SkillApproval approval, TokenError error) => error.Code switch
    {
        "access_denied" => new("approval_denied", $"A person was asked to approve and said no: {approval.Summary}."),
        "expired_token" => new("approval_expired", $"Nobody decided in time on: {approval.Summary}."),
        _ => new(error.Code, $"The approval did not come about ({error.Code}): {approval.Summary}."),
    };
}

/// <summary>What was approved, on its way to the one request that it is good for.</summary>
internal sealed class ApprovedSkill(ApprovedAction action)
{
    private int _attached;

    public void Attach(HttpRequestMessage request)
    {
        if (Interlocked.Exchange(ref _attached, 1) == 0)
            request.WithApproval(action);
    }
}
