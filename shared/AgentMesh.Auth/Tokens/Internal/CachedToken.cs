namespace AgentMesh.Auth;

/// <summary>A token with the times that decide about its use.</summary>
internal sealed class CachedToken(AccessToken token, DateTimeOffset usableUntil, DateTimeOffset renewAt)
{
    public AccessToken Token { get; } = token;

    public long UsableUntil { get; } = usableUntil.UtcTicks;

    public long RenewAt { get; } = renewAt.UtcTicks;

    /// <summary>Ends before the token and before the token it came from; is renewed at a random moment well before.</summary>
    public static CachedToken From(AccessToken token, DateTimeOffset? parentExpiresAt, DateTimeOffset now, TokenCacheOptions options)
    {
        var end = parentExpiresAt is { } parent && parent < token.ExpiresAt ? parent : token.ExpiresAt;
        var lifetime = end - now;
        // A token that already lives as long as its parent cannot be bettered by another exchange of the same parent.
        var renewable = parentExpiresAt is null || token.ExpiresAt < parentExpiresAt - options.ExpiryMargin;
        var share = options.RenewAfter + (Random.Shared.NextDouble() * options.RenewJitter);
        var renewAt = renewable ? now + (lifetime * Math.Min(share, 1)) : DateTimeOffset.MaxValue;
        return new CachedToken(token, end - options.ExpiryMargin, renewAt);
    }
}
