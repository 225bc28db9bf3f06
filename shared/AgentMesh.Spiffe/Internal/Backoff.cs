namespace AgentMesh.Spiffe.Internal;

/// <summary>Exponential backoff with jitter: each pause lies between half and all of first, 2·first, 4·first … max.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan max)
{
    private int _failures;

    public void Reset() => _failures = 0;

    public TimeSpan Next()
    {
        var full = Math.Min(max.TotalMilliseconds, first.TotalMilliseconds * Math.Pow(2, _failures));
        _failures = Math.Min(_failures + 1, 30);
        // No secret depends on it, and many processes that lost the same server should not come back in step.
#pragma warning disable CA5394
        return TimeSpan.FromMilliseconds(full * (0.5 + (Random.Shared.NextDouble() / 2)));
#pragma warning restore CA5394
    }
}
