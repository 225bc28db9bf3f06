using Microsoft.Extensions.Logging;

namespace AgentMesh.Spiffe.Internal;

/// <summary>JWT-SVIDs by audience: one fetch in flight for many callers, renewed in the background ahead of expiry.</summary>
internal sealed class JwtSvidCache(Func<string, CancellationToken, Task<JwtSvid>> fetch, TimeProvider time, ILogger logger, CancellationToken stopping)
{
    // Audiences are the application's own choice; the bound only keeps a mistake from growing without end.
    private const int MaxAudiences = 1000;
    private static readonly TimeSpan RenewalRetry = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public ValueTask<JwtSvid> GetAsync(string audience, CancellationToken cancellation)
    {
        Task<JwtSvid> fetching;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var entry = FindOrAdd(audience, now);
            var usable = entry.Svid is { } svid && svid.ExpiresAt > now ? svid : null;
            if (usable is null || now >= entry.RenewAt)
                entry.Fetching ??= Start(audience, entry);
            if (usable is not null)
                return ValueTask.FromResult(usable);
            fetching = entry.Fetching!;
        }
        return new ValueTask<JwtSvid>(fetching.WaitAsync(cancellation));
    }

    /// <summary>The identity changed or was withdrawn: no token of before is handed out again, and one on its way is not kept.</summary>
    public void Clear()
    {
        lock (_lock)
            _entries.Clear();
    }

    private Entry FindOrAdd(string audience, DateTimeOffset now)
    {
        if (_entries.TryGetValue(audience, out var entry))
            return entry;
        if (_entries.Count >= MaxAudiences)
        {
            foreach (var (key, old) in _entries)
            {
                if (old.Fetching is null && !(old.Svid?.ExpiresAt > now))
                    _entries.Remove(key);
            }
        }
        if (_entries.Count >= MaxAudiences)
            throw new InvalidOperationException($"JWT-SVIDs for more than {MaxAudiences} audiences are in use. Is an audience made up for each request?");
        return _entries[audience] = new Entry();
    }

    private Task<JwtSvid> Start(string audience, Entry entry)
    {
        var fetching = Task.Run(() => FetchAsync(audience, entry));
        // Nobody may be waiting for a renewal: its failure is logged, and thrown only at those who wait.
        _ = fetching.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return fetching;
    }

    private async Task<JwtSvid> FetchAsync(string audience, Entry entry)
    {
        try
        {
            var svid = await fetch(audience, stopping).ConfigureAwait(false);
            if (svid.ExpiresAt <= time.GetUtcNow())
                throw new WorkloadApiException(WorkloadApiError.InvalidResponse, $"The Workload API sent a JWT-SVID that expired at {svid.ExpiresAt:u}. Do the clocks agree?");
            lock (_lock)
            {
                entry.Svid = svid;
                entry.RenewAt = RenewalTime(svid);
            }
            return svid;
        }
        catch (Exception e)
        {
            Failed(audience, entry, e);
            throw;
        }
        finally
        {
            lock (_lock)
                entry.Fetching = null;
        }
    }

    private void Failed(string audience, Entry entry, Exception failure)
    {
        lock (_lock)
        {
            entry.RenewAt = time.GetUtcNow() + RenewalRetry;
            if (failure is WorkloadApiException { Error: WorkloadApiError.PermissionDenied })
                entry.Svid = null;
            if (entry.Svid is not null)
                Log.RenewalFailed(logger, audience, failure.Message);
        }
    }

    // Somewhere between half and three quarters of its life, so that many processes do not renew in step.
    private DateTimeOffset RenewalTime(JwtSvid svid)
    {
        var now = time.GetUtcNow();
#pragma warning disable CA5394 // No secret depends on it.
        return now + ((svid.ExpiresAt - now) * (0.5 + (Random.Shared.NextDouble() / 4)));
#pragma warning restore CA5394
    }

    private sealed class Entry
    {
        public JwtSvid? Svid { get; set; }
        public DateTimeOffset RenewAt { get; set; }
        public Task<JwtSvid>? Fetching { get; set; }
    }
}
