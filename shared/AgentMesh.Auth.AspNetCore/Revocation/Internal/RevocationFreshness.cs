using Microsoft.Extensions.Options;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// Until when this party knows what was revoked. A process that has just started knows nothing: until it has received all that is revoked, it
/// refuses everything. Once the stream has been lost for longer than allowed, whatever is older than that may have been revoked unheard and is
/// refused; what was issued since was in order when it was issued.
/// </summary>
internal sealed class RevocationFreshness(MeshIdentity identity, IOptions<AgentServerOptions> options, TimeProvider time)
{
    private readonly TimeSpan _bound = options.Value.RevocationMaxStaleness;

    // A party without an issuer takes no tokens and has nobody to hear from.
    private readonly bool _follows = identity.Issuer is not null;
    private long _heardAt;

    /// <summary>All that is revoked has been received.</summary>
    public void Heard() => Volatile.Write(ref _heardAt, time.GetUtcNow().UtcTicks);

    /// <summary>Whether all that is revoked has been received at least once since this process started.</summary>
    public bool IsKnown => !_follows || Volatile.Read(ref _heardAt) != 0;

    public bool IsStale => _follows && time.GetUtcNow().UtcTicks - Volatile.Read(ref _heardAt) > _bound.Ticks;

    public bool MayHaveMissed(DateTimeOffset issuedAt) => !IsKnown || (IsStale && issuedAt < time.GetUtcNow() - _bound);
}
