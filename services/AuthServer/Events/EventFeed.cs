using AgentMesh.AuthServer.Revocation;
using AgentMesh.AuthServer.Storage;

namespace AgentMesh.AuthServer.Events;

/// <summary>The security events that still matter, in memory, and one signal for everybody who waits for the next.</summary>
internal sealed class EventFeed(TimeProvider time)
{
    /// <summary>A party's earlier state is kept this long after it changed again.</summary>
    public static readonly TimeSpan SupersededFor = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly List<PublishedEvent> _events = [];
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the next event.</summary>
    public Task Next
    {
        get
        {
            lock (_lock)
            {
                return _next.Task;
            }
        }
    }

    public void Append(IReadOnlyList<SecurityEventRow> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }
        TaskCompletionSource waiting;
        lock (_lock)
        {
            _events.AddRange(rows.Select(row => new PublishedEvent(row)));
            (waiting, _next) = (_next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        waiting.SetResult();
    }

    /// <summary>Events after a position that still revoke something, oldest first, and a task that ends when there are more.</summary>
    public (IReadOnlyList<PublishedEvent> Events, bool More, Task Next) After(long position, int atMost)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            // Sorted by position: start at the first one after it.
            var (low, high) = (0, _events.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = _events[middle].Row.Position <= position ? (middle + 1, high) : (low, middle);
            }
            List<PublishedEvent> found = [];
            for (var i = low; i < _events.Count && found.Count <= atMost; i++)
            {
                if (_events[i].Row.ExpiresAt is not { } expires || expires > now)
                {
                    found.Add(_events[i]);
                }
            }
            return found.Count > atMost ? (found[..atMost], true, _next.Task) : (found, false, _next.Task);
        }
    }

    /// <summary>Forgets what revokes nothing any more, and a party's states before its last one.</summary>
    public void RemoveExpired()
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            var last = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach (var each in _events.Where(each => each.Row.Kind.ConcernsParty()))
            {
                last[each.Row.Subject] = each.Row.Position;
            }
            _events.RemoveAll(each => each.Row.ExpiresAt < now
                || (each.Row.Kind.ConcernsParty() && last[each.Row.Subject] != each.Row.Position && each.Row.OccurredAt < now - SupersededFor));
        }
    }
}
