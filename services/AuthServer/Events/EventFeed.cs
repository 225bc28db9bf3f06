using AgentMesh.AuthServer.Storage;

namespace AgentMesh.AuthServer.Events;

/// <summary>The security events that still matter, in memory, and a signal for everybody who waits for the next one.</summary>
internal sealed class EventFeed(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<SecurityEventRow> _events = [];
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Append(IReadOnlyList<SecurityEventRow> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }
        TaskCompletionSource waiting;
        lock (_lock)
        {
            _events.AddRange(rows);
            (waiting, _next) = (_next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        waiting.SetResult();
    }

    /// <summary>Events after a position that still revoke something, oldest first, and a task that ends when there are more.</summary>
    public (IReadOnlyList<SecurityEventRow> Events, bool More, Task Next) After(long position, int atMost)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            // Sorted by position: start at the first one after it.
            var (low, high) = (0, _events.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = _events[middle].Position <= position ? (middle + 1, high) : (low, middle);
            }
            List<SecurityEventRow> found = [];
            for (var i = low; i < _events.Count && found.Count <= atMost; i++)
            {
                if (_events[i].ExpiresAt is not { } expires || expires > now)
                {
                    found.Add(_events[i]);
                }
            }
            return found.Count > atMost ? (found[..atMost], true, _next.Task) : (found, false, _next.Task);
        }
    }

    public void RemoveExpired()
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            _events.RemoveAll(row => row.ExpiresAt < now);
        }
    }
}
