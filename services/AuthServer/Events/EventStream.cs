namespace AgentMesh.AuthServer.Events;

/// <summary>One receiver's stream: what it has acknowledged, and what it was sent but has not.</summary>
internal sealed class EventStream(string receiver, string name, long acknowledged)
{
    /// <summary>How old the stored time of the last poll may be; long before the stream would count as abandoned.</summary>
    private static readonly TimeSpan PolledPrecision = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, string> _unacknowledged = [];
    private long _sent = acknowledged;
    private long _storedAcknowledged = acknowledged;
    private DateTimeOffset _storedPolledAt;

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

    /// <summary>Whether the database does not know yet what it must: an idle poll is no reason to write.</summary>
    public bool MustBeStored => Acknowledged != _storedAcknowledged || LastPolledAt - _storedPolledAt > PolledPrecision;

    public void Stored(long acknowledged, DateTimeOffset polledAt) => (_storedAcknowledged, _storedPolledAt) = (acknowledged, polledAt);

    public void Acknowledge(IEnumerable<string> identifiers)
    {
        var done = identifiers.ToHashSet(StringComparer.Ordinal);
        if (done.Count == 0)
        {
            return;
        }
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
