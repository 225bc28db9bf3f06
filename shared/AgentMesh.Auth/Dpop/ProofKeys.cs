using Microsoft.Extensions.Options;

namespace AgentMesh.Auth;

/// <summary>
/// The key that this process proves itself with where it has no client certificate to be bound to. It is made here rather than taken from the X509-SVID: that one
/// may be of any kind, belongs to TLS, and a key should do one thing. It never leaves the process; each takes over after an hour, and tokens bound to the one before
/// are then no longer found in the cache.
/// </summary>
internal sealed class ProofKeys(IOptions<MeshOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly bool _needed = options.Value.ClientAuthentication == ClientAuthentication.Jwt;
    private readonly Lock _gate = new();
    private volatile Generation? _current;

    /// <summary>Whether tokens are bound to such a key rather than to the X509-SVID.</summary>
    public bool AreNeeded => _needed;

    /// <summary>The key to have tokens bound to; null when they are bound to the X509-SVID.</summary>
    public ProofKey? Current
    {
        get
        {
            if (!_needed)
                return null;
            var now = time.GetUtcNow();
            return _current is { } known && now < known.Until ? known.Key : Renew(now);
        }
    }

    private ProofKey Renew(DateTimeOffset now)
    {
        lock (_gate)
        {
            if (_current is not { } known || now >= known.Until)
                _current = known = new Generation(ProofKey.Create(), now + Lifetime);
            return known.Key;
        }
    }

    private sealed record Generation(ProofKey Key, DateTimeOffset Until);
}
