using System.Threading.Channels;

namespace AgentMesh.WorkloadApi.Serving;

/// <summary>
/// Wakes streams: each at the time it asked for, all of them when something changes. One timer serves any number of
/// idle streams, none of which holds more than a signal.
/// </summary>
internal sealed class Wakeups : IDisposable
{
    // A timer counts uptime, SVIDs end by the wall clock: a machine that slept is caught up with this soon.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private readonly HashSet<Sleeper> _sleepers = [];
    private readonly SortedSet<Sleeper> _byDue = new(Comparer<Sleeper>.Create(
        (a, b) => a.Due.CompareTo(b.Due) is var order and not 0 ? order : a.Number.CompareTo(b.Number)));
    private long _numbers;

    public Wakeups(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static state => ((Wakeups)state!).WakeDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many streams are open.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _sleepers.Count;
        }
    }

    /// <summary>From here on <see cref="WakeAll"/> is not missed, so register first and read the state afterwards.</summary>
    public Sleeper Register()
    {
        lock (_lock)
        {
            var sleeper = new Sleeper(this, ++_numbers);
            _sleepers.Add(sleeper);
            return sleeper;
        }
    }

    public void WakeAll()
    {
        lock (_lock)
        {
            foreach (var sleeper in _sleepers)
                sleeper.Wake();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void WakeDue()
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            while (_byDue.Min is { } first && first.Due <= now)
            {
                _byDue.Remove(first);
                first.Due = DateTimeOffset.MaxValue;
                first.Wake();
            }
            Arm(now);
        }
    }

    private void Reschedule(Sleeper sleeper, DateTimeOffset due)
    {
        lock (_lock)
        {
            _byDue.Remove(sleeper);
            sleeper.Due = due;
            if (due < DateTimeOffset.MaxValue)
                _byDue.Add(sleeper);
            if (ReferenceEquals(_byDue.Min, sleeper))
                Arm(_time.GetUtcNow());
        }
    }

    private void Remove(Sleeper sleeper)
    {
        lock (_lock)
        {
            _byDue.Remove(sleeper);
            _sleepers.Remove(sleeper);
        }
    }

    private void Arm(DateTimeOffset now)
    {
        if (_byDue.Min is not { } first)
            return;
        var wait = first.Due - now;
        _timer.Change(wait < TimeSpan.Zero ? TimeSpan.Zero : wait < LongestWait ? wait : LongestWait, Timeout.InfiniteTimeSpan);
    }

    /// <summary>One stream's place.</summary>
    internal sealed class Sleeper(Wakeups owner, long number) : IDisposable
    {
        private readonly Channel<bool> _signal =
            Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

        internal long Number => number;

        internal DateTimeOffset Due { get; set; } = DateTimeOffset.MaxValue;

        /// <summary>Waits for <paramref name="due"/> or a change, whichever comes first.</summary>
        public async ValueTask SleepUntilAsync(DateTimeOffset due, CancellationToken cancellationToken)
        {
            owner.Reschedule(this, due);
            await _signal.Reader.ReadAsync(cancellationToken);
        }

        public void Dispose() => owner.Remove(this);

        internal void Wake() => _signal.Writer.TryWrite(true);
    }
}
