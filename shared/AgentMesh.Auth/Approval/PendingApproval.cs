using System.Diagnostics;

namespace AgentMesh.Auth;

/// <summary>A request that waits for a person. It shows nothing by which somebody else could redeem it.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class PendingApproval
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly BackchannelPoll _poll;

    internal PendingApproval(BackchannelPoll poll, ApprovalRequest request, string? id, DateTimeOffset expiresAt) =>
        (_poll, Callee, BindingMessage, Id, ExpiresAt) = (poll, request.Callee, request.BindingMessage, id, expiresAt);

    /// <summary>Name of the agent that is to act.</summary>
    public string Callee { get; }

    /// <summary>What the person is told in the asking agent's words; null when nothing.</summary>
    public string? BindingMessage { get; }

    /// <summary>The name under which approvers find it; null where the server gives none. It redeems nothing.</summary>
    public string? Id { get; }

    /// <summary>When a request nobody decided on is over.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>
    /// Polls until a person has decided or the request has expired, never more often than the server allows (CIBA §7.3, §11). What keeps a poll from being
    /// answered, such as a connection that breaks, is tried again.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting; the person may decide nevertheless, and nothing comes of it.</param>
    /// <returns>
    /// What was approved; or <c>access_denied</c> (the person said no, or the task was revoked meanwhile), <c>expired_token</c>, or another code as
    /// <see cref="IApprovals.RequestAsync"/> lists them.
    /// </returns>
    /// <exception cref="InvalidOperationException">It is being waited for, or has been: an approval is had once.</exception>
    public Task<ApprovalResult<ApprovedAction>> WaitAsync(CancellationToken cancellationToken = default) => _poll.RunAsync(cancellationToken);

    /// <summary>Callee and expiry.</summary>
    /// <returns>A line for logs.</returns>
    public override string ToString() => $"approval of a call to {Callee}, pending until {ExpiresAt:O}";
}
