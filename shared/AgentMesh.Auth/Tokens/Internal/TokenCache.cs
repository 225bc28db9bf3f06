using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth;

/// <summary>
/// Tokens by callee, scopes, subject and what they are bound to. Holds a bounded number, in memory only; many callers that need the same token wait
/// for one exchange, which goes on when one of them gives up.
/// </summary>
internal sealed partial class TokenCache(
    ITokenSource source, IOptions<TokenCacheOptions> options, TimeProvider time, AuthMetrics metrics, ILogger<TokenCache> logger) : IDisposable
{
    private readonly ConcurrentDictionary<TokenCacheKey, TokenCacheEntry> _entries = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TokenCacheOptions _options = options.Value;
    private readonly Lock _trimming = new();

    public int Count => _entries.Count;

    public async ValueTask<TokenResult> GetAsync(TokenRequest request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcTicks;
        var entry = EntryFor(TokenCacheKey.For(request), now);
        if (entry.TryGetUsable(now, out var token, out var renewalDue))
        {
            metrics.CacheHit();
            if (renewalDue)
                RenewInBackground(entry, request, now);
            return TokenResult.Success(token!);
        }
        metrics.CacheMiss();
        return await entry.Join(now, background: false, (this, request), static (e, s) => s.Item1.ObtainAsync(e, s.request))
            .WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Invalidate(TokenRequest request, AccessToken token)
    {
        if (_entries.TryGetValue(TokenCacheKey.For(request), out var entry))
            entry.Invalidate(token);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
        _entries.Clear();
    }

    private TokenCacheEntry EntryFor(in TokenCacheKey key, long now)
    {
        if (_entries.TryGetValue(key, out var entry))
            return entry;
        entry = _entries.GetOrAdd(key, static (_, created) => new TokenCacheEntry(created), now);
        if (_entries.Count > _options.Capacity)
            Trim(now);
        return entry;
    }

    private void RenewInBackground(TokenCacheEntry entry, TokenRequest request, long now)
    {
        // The renewal is nobody's request: it neither belongs to the caller's trace nor may it see the caller's context.
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(() => entry.Join(now, background: true, (this, request), static (e, s) => s.Item1.ObtainAsync(e, s.request)), CancellationToken.None);
        }
    }

    private async Task<TokenResult> ObtainAsync(TokenCacheEntry entry, TokenRequest request)
    {
        TokenResult result;
        try
        {
            result = await source.GetTokenAsync(request, _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            LogSourceFailed(exception, request.Callee.Name);
            result = TokenResult.Failure(TokenError.Unavailable, $"No token for {request.Callee.Name}: {exception.Message}");
        }

        var now = time.GetUtcNow();
        var cached = result.Succeeded ? CachedToken.From(result.Token, request.OnBehalfOf?.Token?.ExpiresAt, now, _options) : null;
        if (cached is not null && cached.UsableUntil <= now.UtcTicks)
            (cached, result) = (null, TokenResult.Failure(TokenError.BadAnswer, $"The token issued for {request.Callee.Name} had already ended, or ends at once: compare both machines' clocks."));
        entry.Complete(result, cached, (now + _options.FailureBackoff).UtcTicks);
        return result;
    }

    private void Trim(long now)
    {
        if (!_trimming.TryEnter())
            return;
        try
        {
            foreach (var (key, entry) in _entries)
            {
                if (entry.IsIdle(now))
                    _entries.TryRemove(key, out _);
            }
            // A tenth at a time, so that a full cache does not sort itself on each new key.
            var excess = _entries.Count - (_options.Capacity - (_options.Capacity / 10));
            if (_entries.Count <= _options.Capacity)
                return;
            foreach (var (key, _) in _entries.Select(e => (e.Key, e.Value.LastUsed)).OrderBy(e => e.LastUsed).Take(excess))
                _entries.TryRemove(key, out _);
        }
        finally
        {
            _trimming.Exit();
        }
    }

    [LoggerMessage(1101, LogLevel.Error, "The token source failed for {Callee}.")]
    private partial void LogSourceFailed(Exception exception, string callee);
}
