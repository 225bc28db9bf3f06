namespace AgentMesh.Auth;

/// <summary>One key's token, the exchange under way for it, and how the last one failed. One exchange serves every caller.</summary>
internal sealed class TokenCacheEntry(long created)
{
    private readonly Lock _gate = new();
    private CachedToken? _current;
    private Task<TokenResult>? _inFlight;
    private TokenResult _lastFailure;
    private long _retryAt;
    private long _lastUsed = created;

    public long LastUsed => Volatile.Read(ref _lastUsed);

    /// <summary>Whether nothing would be lost by forgetting this entry.</summary>
    public bool IsIdle(long now)
    {
        lock (_gate)
        {
            return _inFlight is null && _lastUsed < now && _retryAt <= now && (_current is null || _current.UsableUntil <= now);
        }
    }

    public bool TryGetUsable(long now, out AccessToken? token, out bool renewalDue)
    {
        Volatile.Write(ref _lastUsed, now);
        var current = Volatile.Read(ref _current);
        var usable = current is not null && now < current.UsableUntil;
        token = usable ? current!.Token : null;
        renewalDue = usable && now >= current!.RenewAt && Volatile.Read(ref _retryAt) <= now && Volatile.Read(ref _inFlight) is null;
        return usable;
    }

    /// <summary>The exchange under way, the failure still fresh, or a new exchange begun by <paramref name="start"/>.</summary>
    public Task<TokenResult> Join<TState>(long now, bool background, TState state, Func<TokenCacheEntry, TState, Task<TokenResult>> start)
    {
        TaskCompletionSource<Task<TokenResult>> begun;
        lock (_gate)
        {
            if (_inFlight is not null)
                return _inFlight;
            if (_current is { } current && now < (background ? current.RenewAt : current.UsableUntil))
                return Task.FromResult(TokenResult.Success(current.Token));
            if (_lastFailure.Error is not null && now < _retryAt)
                return Task.FromResult(_lastFailure);
            begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _inFlight = begun.Task.Unwrap();
        }
        var inFlight = _inFlight;
        begun.SetResult(start(this, state));
        return inFlight;
    }

    public void Complete(TokenResult result, CachedToken? cached, long retryAt)
    {
        lock (_gate)
        {
            _inFlight = null;
            // A failed renewal leaves the token it would have replaced in use until that one ends.
            if (cached is not null)
                (_current, _lastFailure, _retryAt) = (cached, default, 0);
            else
                (_lastFailure, _retryAt) = (result, retryAt);
        }
    }

    /// <summary>Forgets a token that the callee refused, unless another has taken its place.</summary>
    public void Invalidate(AccessToken token)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_current?.Token, token))
                _current = null;
        }
    }
}
