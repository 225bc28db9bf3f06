using System.Collections.Concurrent;
using AgentMesh.Auth;

namespace AgentMesh.A2A.Mesh;

/// <summary>
/// Whose task is whose (A2A §13.1, T40): a task is its maker's, for the subject that it was made for; those on whose behalf it was made may see it
/// too, as long as they act in the same transaction. For everybody else there is no such task.
/// </summary>
/// <param name="lifetime">How long a transaction can last: as long as an access token, since a derived token never outlives the first.</param>
/// <param name="time">The clock.</param>
internal sealed class TaskVisibility(TimeSpan lifetime, TimeProvider time)
{
    private const int SweepEvery = 256;

    private readonly ConcurrentDictionary<string, Made> _made = new(StringComparer.Ordinal);
    private int _count;

    private sealed record Made(string Owner, string Transaction, string Subject, IReadOnlyList<string> Delegators, DateTimeOffset Until);

    /// <summary>
    /// An agent that serves two people makes tasks for each, and what it does for one must not reach the other's: the subject is part of the owner.
    /// A line break is in no SPIFFE ID.
    /// </summary>
    public static string OwnerOf(DelegationContext served) => served.Caller == served.Subject ? served.Caller : $"{served.Caller}\n{served.Subject}";

    /// <summary>The two that an owner is made of.</summary>
    public static (string Caller, string Subject) PartiesOf(string owner) => owner.Split('\n', 2) is [var caller, var subject] ? (caller, subject) : (owner, owner);

    public void Add(string taskId, DelegationContext served)
    {
        if (served.TransactionId is not { } transaction)
            return;
        var now = time.GetUtcNow();
        _made[taskId] = new(OwnerOf(served), transaction, served.Subject, [served.Subject, .. served.ActorChain], now + lifetime);
        if (Interlocked.Increment(ref _count) % SweepEvery != 0)
            return;
        foreach (var (id, made) in _made)
        {
            if (made.Until < now)
                _made.TryRemove(id, out var _);
        }
    }

    public string? FindDelegatingOwner(string taskId, DelegationContext served) =>
        _made.TryGetValue(taskId, out var made)
        && made.Until >= time.GetUtcNow()
        && made.Transaction == served.TransactionId
        && made.Subject == served.Subject
        && made.Delegators.Contains(served.Caller, StringComparer.Ordinal)
            ? made.Owner
            : null;
}
