namespace AgentMesh.AuthServer.Events;

/// <summary>One receiver's stream: what it has acknowledged, and what it was sent but has not.</summary>
internal sealed class EventStream(string receiver, string name, long acknowledged)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, string> _unacknowledged = [];
    private long _sent = acknowledged;

    public string Receiver => receiver;

    public string Name => name;

    /// <summary>Everything up to here has been acknowledged: where to begin after a restart.</summary>
    public long Acknowledged
    {
        get
        {
            lock (_lock)
            {
                return _unacknowledged.Count == 0 ? _sent : _unacknowledged.Keys.First() - 1;
            }
        }
    }

    public DateTimeOffset LastPolledAt { get; set; }

    /// <summary>Whether <see cref="Acknowledged"/> or <see cref="LastPolledAt"/> should be stored.</summary>
    public bool Changed { get; set; }

    public void Acknowledge(IEnumerable<string> identifiers)
    {
        var done = identifiers.ToHashSet(StringComparer.Ordinal);
        lock (_lock)
        {
            foreach (var position in _unacknowledged.Where(sent => done.Contains(sent.Value)).Select(sent => sent.Key).ToArray())
            {
                _unacknowledged.Remove(position);
            }
        }
    }

    public void Sent(long position, string identifier)
    {
        lock (_lock)
        {
            _unacknowledged[position] = identifier;
            _sent = Math.Max(_sent, position);
        }
    }
}
