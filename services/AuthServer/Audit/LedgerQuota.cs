using System.Collections.Concurrent;
using AgentMesh.Auth;
using AgentMesh.AuthServer.Hosting;

namespace AgentMesh.AuthServer.Audit;

/// <summary>
/// How much of its journals each party may ship: <see cref="AuthServerOptions.AuditBytesPerDay"/>, at once or spread over a day. One party that
/// is compromised, or runs wild, does not fill the ledger for all; what it could not ship stays in its own journal.
/// </summary>
/// <remarks>Counted by each instance of the server for itself, from its start on.</remarks>
internal sealed class LedgerQuota(AuthServerOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Share> _shares = new(StringComparer.Ordinal);

    /// <summary>Takes a batch's bytes from the party's share.</summary>
    /// <param name="party">SPIFFE ID of who ships.</param>
    /// <param name="bytes">The batch's size.</param>
    /// <param name="retryAfter">When it may try again, if it may not now.</param>
    public bool TryTake(string party, int bytes, out TimeSpan retryAfter) => ShareOf(party).TryTake(bytes, out retryAfter);

    /// <summary>Whether a refusal is the first of its kind for a while, and so worth a record: whoever is refused pays nothing for it.</summary>
    /// <param name="party">SPIFFE ID of who ships.</param>
    /// <param name="reason">One of <see cref="LedgerRefusal"/>.</param>
    public bool IsNews(string party, string reason) => ShareOf(party).IsNews(reason);

    private Share ShareOf(string party) => _shares.GetOrAdd(party, static (_, quota) => new Share(quota.options.AuditBytesPerDay, quota.time), (options, time));

    private sealed class Share(long perDay, TimeProvider time)
    {
        // A refused party tries again and again: its refusals are on record once in this time.
        private static readonly TimeSpan News = TimeSpan.FromMinutes(5);

        private readonly Lock _gate = new();
        private readonly double _perSecond = perDay / TimeSpan.FromDays(1).TotalSeconds;
        private double _left = perDay;
        private long _filled = time.GetTimestamp();
        private readonly Dictionary<string, long> _told = new(StringComparer.Ordinal);

        public bool TryTake(int bytes, out TimeSpan retryAfter)
        {
            lock (_gate)
            {
                var now = time.GetTimestamp();
                _left = Math.Min(perDay, _left + (time.GetElapsedTime(_filled, now).TotalSeconds * _perSecond));
                _filled = now;
                retryAfter = TimeSpan.Zero;
                if (_left >= bytes)
                {
                    _left -= bytes;
                    return true;
                }
                retryAfter = TimeSpan.FromSeconds(Math.Ceiling((bytes - _left) / _perSecond));
                return false;
            }
        }

        public bool IsNews(string reason)
        {
            lock (_gate)
            {
                var now = time.GetTimestamp();
                if (_told.TryGetValue(reason, out var told) && time.GetElapsedTime(told, now) < News)
                    return false;
                _told[reason] = now;
                return true;
            }
        }
    }
}
