using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.Auth.Tests;

/// <summary>A clock that the test moves, and that tells when somebody begins to wait for it.</summary>
internal sealed class TestClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    /// <summary>Told the time a new timer is due after.</summary>
    public Action<TimeSpan>? TimerCreated { get; set; }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        TimerCreated?.Invoke(dueTime);
        return timer;
    }
}
