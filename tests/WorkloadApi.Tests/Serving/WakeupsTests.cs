using AgentMesh.WorkloadApi.Serving;
using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.WorkloadApi.Tests.Serving;

public sealed class WakeupsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_sleeper_wakes_when_it_is_due_and_not_before()
    {
        using var wakeups = new Wakeups(_time);
        using var sleeper = wakeups.Register();
        var sleep = sleeper.SleepUntilAsync(_time.GetUtcNow().AddMinutes(10), TestContext.Current.CancellationToken).AsTask();

        _time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        Assert.False(sleep.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        await sleep;
    }

    [Fact]
    public async Task Sleepers_wake_in_the_order_in_which_they_are_due()
    {
        using var wakeups = new Wakeups(_time);
        using var late = wakeups.Register();
        using var early = wakeups.Register();
        var lateSleep = late.SleepUntilAsync(_time.GetUtcNow().AddMinutes(20), TestContext.Current.CancellationToken).AsTask();
        var earlySleep = early.SleepUntilAsync(_time.GetUtcNow().AddMinutes(10), TestContext.Current.CancellationToken).AsTask();

        _time.Advance(TimeSpan.FromMinutes(10));
        await earlySleep;
        Assert.False(lateSleep.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(10));

        await lateSleep;
    }

    [Fact]
    public async Task A_change_between_registering_and_sleeping_is_not_missed()
    {
        using var wakeups = new Wakeups(_time);
        using var sleeper = wakeups.Register();

        wakeups.WakeAll();

        await sleeper.SleepUntilAsync(DateTimeOffset.MaxValue, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Whoever_is_due_already_wakes_at_once()
    {
        using var wakeups = new Wakeups(_time);
        using var sleeper = wakeups.Register();

        await sleeper.SleepUntilAsync(_time.GetUtcNow().AddMinutes(-1), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Who_has_left_is_forgotten()
    {
        using var wakeups = new Wakeups(_time);

        for (var i = 0; i < 100; i++)
            wakeups.Register().Dispose();

        Assert.Equal(0, wakeups.Count);
    }
}
