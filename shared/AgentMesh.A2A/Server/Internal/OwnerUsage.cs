using System.Diagnostics.CodeAnalysis;

namespace AgentMesh.A2A.Internal;

/// <summary>
/// What one owner has in a store: counted as it comes, which is more than it is where something is replaced, and measured when it matters. While nothing
/// changes there is nothing to measure, so whoever is refused costs no more than that.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The semaphore holds no handle as long as nobody asks for one.")]
internal sealed class OwnerUsage
{
    private readonly Lock _lock = new();
    private TaskUsage _now = new(int.MaxValue / 2, long.MaxValue / 2);
    private bool _changed = true;

    /// <summary>One taker at a time.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>What there is at most; as much as can be, before it is measured.</summary>
    public TaskUsage Now
    {
        get
        {
            lock (_lock)
                return _now;
        }
    }

    /// <summary>Whether measuring may give less.</summary>
    public bool MayHaveShrunk
    {
        get
        {
            lock (_lock)
                return _changed;
        }
    }

    public void Add(TaskUsage more)
    {
        lock (_lock)
        {
            _now = new(_now.Tasks + more.Tasks, _now.Bytes + more.Bytes);
            _changed = true;
        }
    }

    public void Set(TaskUsage measured)
    {
        lock (_lock)
            (_now, _changed) = (measured, false);
    }
}
