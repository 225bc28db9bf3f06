using AgentMesh.A2A.Internal;
using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.A2A.Tests.Server;

public sealed class EventLogTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _time = new();
    private readonly Lock _state = new();

    private static TaskEvent Event(int number) =>
        TaskEvent.From(new() { Message = Message.FromAgent(Part.FromText($"{number}")) });

    private ValueTask AppendAsync(EventLog log, int number) => log.AppendAsync(Event(number), () => { }, _state);

    [Fact]
    public async Task The_writer_waits_for_a_reader_that_is_a_window_behind_and_goes_on_when_it_reads()
    {
        var log = new EventLog(2, 1 << 20, Patience, _time);
        using var reader = log.Open();
        await AppendAsync(log, 1);
        await AppendAsync(log, 2);
        var third = AppendAsync(log, 3).AsTask();
        Assert.False(third.IsCompleted);
        Assert.NotNull(log.Read(reader).Event);
        await third;
        Assert.NotNull(log.Read(reader).Event);
        Assert.NotNull(log.Read(reader).Event);
    }

    [Fact]
    public async Task A_reader_that_stays_behind_is_cut_off_with_an_error_and_the_others_miss_nothing()
    {
        var log = new EventLog(2, 1 << 20, Patience, _time);
        using var slow = log.Open();
        using var quick = log.Open();
        await AppendAsync(log, 1);
        await AppendAsync(log, 2);
        Assert.NotNull(log.Read(quick).Event);
        Assert.NotNull(log.Read(quick).Event);
        var third = AppendAsync(log, 3).AsTask();
        Assert.False(third.IsCompleted);
        while (!third.IsCompleted)
        {
            _time.Advance(Patience);
            await Task.Yield();
        }
        await third;
        Assert.NotNull(log.Read(quick).Event);
        Assert.Throws<SlowReaderException>(() => log.Read(slow));
    }

    [Fact]
    public async Task The_window_is_also_bounded_in_bytes()
    {
        var log = new EventLog(1000, Event(1).Json.Length + 1, Patience, _time);
        using var reader = log.Open();
        await AppendAsync(log, 1);
        var second = AppendAsync(log, 2).AsTask();
        Assert.False(second.IsCompleted);
        log.Read(reader);
        await second;
    }

    [Fact]
    public async Task A_reader_that_closes_keeps_nobody_waiting()
    {
        var log = new EventLog(1, 1 << 20, Patience, _time);
        var reader = log.Open();
        await AppendAsync(log, 1);
        var second = AppendAsync(log, 2).AsTask();
        Assert.False(second.IsCompleted);
        reader.Dispose();
        await second;
    }
}
