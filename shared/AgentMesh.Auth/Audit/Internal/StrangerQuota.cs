namespace AgentMesh.Auth;

/// <summary>
/// How many refusals of callers who proved nothing are recorded one by one: <see cref="Burst"/> at once and one a second in the long run. Those
/// beyond are counted, and the count is recorded: whoever has no identity does not get to fill the disk, nor to go unseen.
/// </summary>
internal sealed class StrangerQuota(TimeProvider time, Func<StrangerCount, Task> record) : IAsyncDisposable
{
    public const int Burst = 60;

    /// <summary>How long refusals are counted before the count is recorded.</summary>
    public static readonly TimeSpan Counting = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private double _left = Burst;
    private long _filled = time.GetTimestamp();
    private StrangerCount? _counted;
    private ITimer? _timer;

    /// <summary>Whether this refusal is recorded by itself. If not, it has been counted.</summary>
    public bool TryTake(AuditEvent refused)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _left = Math.Min(Burst, _left + time.GetElapsedTime(_filled, now).TotalSeconds);
            _filled = now;
            if (_left >= 1)
            {
                _left--;
                return true;
            }
            _counted = _counted is { } before ? before with { Refusals = before.Refusals + 1 } : new StrangerCount(1, time.GetUtcNow(), refused.Party, refused.PolicyVersion);
            _timer ??= time.CreateTimer(static quota => _ = ((StrangerQuota)quota!).RecordAsync(), this, Counting, Timeout.InfiniteTimeSpan);
            return false;
        }
    }

    public async ValueTask DisposeAsync() => await RecordAsync().ConfigureAwait(false);

    private async Task RecordAsync()
    {
        StrangerCount? counted;
        lock (_gate)
        {
            (counted, _counted) = (_counted, null);
            _timer?.Dispose();
            _timer = null;
        }
        if (counted is not null)
            await record(counted).ConfigureAwait(false);
    }
}

/// <summary>Refusals that were not recorded one by one.</summary>
internal sealed record StrangerCount(long Refusals, DateTimeOffset Since, string Party, string? PolicyVersion);
