using Microsoft.Extensions.Options;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// Until when this party knows what was revoked. Once the stream has been lost for longer than allowed, whatever is older than that may have
/// been revoked unheard and is refused; what was issued since was in order when it was issued.
/// </summary>
internal sealed class RevocationFreshness(IOptions<AgentServerOptions> options, TimeProvider time)
{
    private readonly TimeSpan _bound = options.Value.RevocationMaxStaleness;
    private long _heardAt = time.GetUtcNow().UtcTicks;
    private volatile bool _following;

    /// <summary>Nothing is refused for staleness by a party that follows no stream.</summary>
    public void Follow() => _following = true;

    public void Heard() => Volatile.Write(ref _heardAt, time.GetUtcNow().UtcTicks);

    public bool IsStale => _following && time.GetUtcNow().UtcTicks - Volatile.Read(ref _heardAt) > _bound.Ticks;

    public bool MayHaveMissed(DateTimeOffset issuedAt) => IsStale && issuedAt < time.GetUtcNow() - _bound;
}
