namespace AgentMesh.WorkloadApi.Authorities;

/// <summary>When authorities change hands.</summary>
/// <param name="Lifetime">How long one authority lives.</param>
/// <param name="Propagation">How long a new authority is published before it signs.</param>
/// <param name="LongestSvid">The longest lifetime of what it signs: so long a replaced authority stays published.</param>
internal sealed record RotationSchedule(TimeSpan Lifetime, TimeSpan Propagation, TimeSpan LongestSvid);

/// <summary>
/// One active authority, at most one that is published but does not sign yet, and those that no longer sign but whose
/// SVIDs may still be alive. Not thread-safe: <see cref="TrustState"/> holds the lock.
/// </summary>
internal sealed class AuthorityRotation<T>(RotationSchedule schedule, Func<DateTimeOffset, T> create, DateTimeOffset now)
    where T : class, IAuthority
{
    // Clocks of the machine's processes agree; this covers an SVID signed in the moment of the change.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private readonly List<(T Authority, DateTimeOffset Until)> _retired = [];
    private DateTimeOffset _nextSignsFrom;

    public T Active { get; private set; } = create(now);

    public T? Next { get; private set; }

    /// <summary>Everything a verifier must trust: the one that signs, the one that will, those that did.</summary>
    public IEnumerable<T> Published => [Active, .. Next is null ? Array.Empty<T>() : [Next], .. _retired.Select(r => r.Authority)];

    /// <summary>When <see cref="Advance"/> has something to do next.</summary>
    public DateTimeOffset Due => _retired.Select(r => r.Until).Append(Next is null ? PrepareAt : _nextSignsFrom).Min();

    private DateTimeOffset PrepareAt => Active.CreatedAt + (schedule.Lifetime / 2);

    /// <summary>Publishes a successor now, to sign once every verifier can know it.</summary>
    /// <returns>When it will sign.</returns>
    public DateTimeOffset Force(DateTimeOffset now)
    {
        Next ??= create(now);
        var soon = Next.CreatedAt + schedule.Propagation;
        if (_nextSignsFrom < Next.CreatedAt || soon < _nextSignsFrom)
            _nextSignsFrom = soon;
        return _nextSignsFrom;
    }

    /// <summary>Does what is due.</summary>
    /// <returns>Whether what is published or what signs has changed.</returns>
    public bool Advance(DateTimeOffset now)
    {
        var changed = false;
        if (Next is null && now >= PrepareAt)
        {
            Next = create(now);
            _nextSignsFrom = Active.CreatedAt + (schedule.Lifetime * 2 / 3);
            if (_nextSignsFrom < now + schedule.Propagation)
                _nextSignsFrom = now + schedule.Propagation;
            changed = true;
        }
        // An authority that ended while the machine slept has no SVID left that anybody could still hold.
        if (Next is not null && (now >= _nextSignsFrom || now >= Active.NotAfter))
        {
            _retired.Add((Active, now + schedule.LongestSvid + Margin));
            (Active, Next) = (Next, null);
            changed = true;
        }
        for (var i = _retired.Count - 1; i >= 0; i--)
        {
            if (now < _retired[i].Until)
                continue;
            _retired[i].Authority.Dispose();
            _retired.RemoveAt(i);
            changed = true;
        }
        return changed;
    }
}
