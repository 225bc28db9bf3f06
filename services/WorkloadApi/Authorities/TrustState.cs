using System.Collections.Frozen;
using AgentMesh.Spiffe;
using AgentMesh.WorkloadApi.Configuration;
using AgentMesh.WorkloadApi.Telemetry;

namespace AgentMesh.WorkloadApi.Authorities;

/// <summary>Keeps the trust domain's authorities, rotates them on time and says when something has changed.</summary>
internal sealed class TrustState : IDisposable
{
    // A timer counts uptime, SVIDs end by the wall clock: a machine that slept is caught up with this soon.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly WorkloadApiSettings _settings;
    private readonly TimeProvider _time;
    private readonly WorkloadApiTelemetry _telemetry;
    private readonly AuthorityRotation<X509Authority> _x509;
    private readonly AuthorityRotation<JwtSigningAuthority> _jwt;
    private readonly Dictionary<TrustDomain, FederatedBundle> _federated = [];
    private readonly Lock _changing = new();
    private readonly ITimer _timer;
    private volatile TrustSnapshot _current;
    private X509Authority? _forcedFrom;
    private long _due;
    private bool _disposed;

    public TrustState(WorkloadApiSettings settings, TimeProvider time, WorkloadApiTelemetry telemetry)
    {
        (_settings, _time, _telemetry) = (settings, time, telemetry);
        var now = time.GetUtcNow();
        var lifetimes = settings.Manifest.Lifetimes;
        var lifetime = settings.AuthorityLifetime;
        TrustDomain = TrustDomain.Parse(settings.Manifest.TrustDomain);
        _x509 = new(new(lifetime, settings.PropagationDelay, lifetimes.X509Svid), at => new X509Authority(TrustDomain, at, lifetime), now);
        _jwt = new(new(lifetime, settings.PropagationDelay, lifetimes.JwtSvid), at => new JwtSigningAuthority(at, lifetime), now);
        // Begins at the clock, so that the sequence also grows across restarts (Trust Domain and Bundle §4.1.1).
        _current = Snapshot((ulong)now.ToUnixTimeSeconds());
        _timer = time.CreateTimer(static state => ((TrustState)state!).Advance(), this, Wait(now), Timeout.InfiniteTimeSpan);
    }

    public TrustDomain TrustDomain { get; }

    /// <summary>What signs and is trusted now, also when a timer has not caught up with the clock yet.</summary>
    public TrustSnapshot Current
    {
        get
        {
            if (_time.GetUtcNow().UtcTicks >= Interlocked.Read(ref _due))
                Advance();
            return _current;
        }
    }

    /// <summary>Raised after <see cref="Current"/> has been replaced.</summary>
    public event Action? Changed;

    /// <summary>Publishes a new X.509 authority, has it sign after the propagation delay, and every SVID renewed then.</summary>
    /// <returns>When it will sign.</returns>
    public DateTimeOffset RotateX509Authority() => Force(now =>
    {
        _forcedFrom = _x509.Active;
        return _x509.Force(now);
    });

    /// <summary>Publishes a new JWT authority and has it sign after the propagation delay.</summary>
    /// <returns>When it will sign.</returns>
    public DateTimeOffset RotateJwtAuthority() => Force(_jwt.Force);

    /// <summary>Replaces what is known of another trust domain; null: it is no longer trusted.</summary>
    public void SetFederated(TrustDomain trustDomain, SpiffeBundle? bundle)
    {
        lock (_changing)
        {
            if (bundle is not null)
                _federated[trustDomain] = new FederatedBundle(bundle);
            else if (!_federated.Remove(trustDomain))
                return;
            Publish();
        }
        Changed?.Invoke();
    }

    public void Dispose()
    {
        lock (_changing)
        {
            _disposed = true;
            _timer.Dispose();
            foreach (var authority in _x509.Published.Concat<IAuthority>(_jwt.Published))
                authority.Dispose();
        }
    }

    private DateTimeOffset Force(Func<DateTimeOffset, DateTimeOffset> rotation)
    {
        DateTimeOffset effective;
        lock (_changing)
        {
            var now = _time.GetUtcNow();
            effective = rotation(now);
            Publish();
            _timer.Change(Wait(now), Timeout.InfiniteTimeSpan);
        }
        Changed?.Invoke();
        return effective;
    }

    private void Advance()
    {
        bool changed;
        lock (_changing)
        {
            if (_disposed)
                return;
            var now = _time.GetUtcNow();
            changed = _x509.Advance(now) | _jwt.Advance(now);
            if (changed)
                Publish();
            _timer.Change(Wait(now), Timeout.InfiniteTimeSpan);
        }
        if (changed)
            Changed?.Invoke();
    }

    private TimeSpan Wait(DateTimeOffset now)
    {
        var due = _x509.Due < _jwt.Due ? _x509.Due : _jwt.Due;
        Interlocked.Exchange(ref _due, due.UtcTicks);
        var wait = due - now;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait < LongestWait ? wait : LongestWait;
    }

    private void Publish()
    {
        _current = Snapshot(Math.Max(_current.Sequence + 1, (ulong)_time.GetUtcNow().ToUnixTimeSeconds()));
        _telemetry.TrustChanged(_current, _x509.Published.Count(), _jwt.Published.Count());
    }

    private TrustSnapshot Snapshot(ulong sequence) => new(
        new SpiffeBundle(
            new X509Bundle(TrustDomain, [.. _x509.Published.Select(a => a.Certificate)]),
            new JwtBundle(TrustDomain, _jwt.Published.Select(a => a.Verifier)),
            sequence,
            _settings.RefreshHint),
        _x509.Active,
        _jwt.Active,
        superseded: _forcedFrom == _x509.Active ? null : _forcedFrom,
        _federated.ToFrozenDictionary());
}
