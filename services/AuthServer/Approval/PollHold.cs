using AgentMesh.AuthServer.Hosting;
using AgentMesh.AuthServer.Storage;
using Microsoft.Extensions.Options;

namespace AgentMesh.AuthServer.Approval;

/// <summary>
/// Long polling: a poll that comes while nobody has decided is held for a while and answered as soon as somebody does, so that an
/// interval of seconds does not become a delay of seconds. The interval counts from one poll's beginning to the next one's. One poll of a
/// request is held at a time, whichever instance holds it.
/// </summary>
internal sealed class PollHold(ApprovalStore approvals, IOptions<AuthServerOptions> options, IHostApplicationLifetime lifetime, TimeProvider time)
{
    /// <returns>
    /// The approval as it is when it has been decided, has expired, or has been waited for long enough; null: the client polls too often.
    /// </returns>
    public async Task<ApprovalRow?> UntilDecidedAsync(ApprovalRow approval, CancellationToken cancellationToken)
    {
        var begun = time.GetUtcNow();
        var end = EndOf(approval, begun);
        if (!await approvals.TryPollAsync(approval, end, cancellationToken))
        {
            return null;
        }
        try
        {
            return await WaitAsync(approval, end, cancellationToken);
        }
        finally
        {
            if (end > begun)
            {
                await approvals.EndPollAsync(approval.Id, begun, end);
            }
        }
    }

    private DateTimeOffset EndOf(ApprovalRow approval, DateTimeOffset begun)
    {
        if (approval.Status != ApprovalStatus.Pending || approval.ExpiresAt <= begun)
        {
            return begun;
        }
        var end = begun + options.Value.ApprovalPollHold;
        return end < approval.ExpiresAt ? end : approval.ExpiresAt;
    }

    private async Task<ApprovalRow> WaitAsync(ApprovalRow approval, DateTimeOffset end, CancellationToken cancellationToken)
    {
        while (approval.Status == ApprovalStatus.Pending && time.GetUtcNow() < end && !lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Taken before the look, so that no decision falls between the two.
            var changed = approvals.Changed;
            if (await approvals.FindAsync(approval.Id, cancellationToken) is not { } current)
            {
                return approval;
            }
            approval = current;
            if (approval.Status == ApprovalStatus.Pending)
            {
                await approvals.WaitAsync(changed, end, cancellationToken);
            }
        }
        return approval;
    }
}
