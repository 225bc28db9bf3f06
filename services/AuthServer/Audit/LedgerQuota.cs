using System.Collections.Concurrent;
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
    /// <param name="isNews">Whether this refusal is the first for a while, and so worth a record.</param>
    public bool TryTake(string party, int bytes, out TimeSpan retryAfter, out bool isNews) =>
        _shares.GetOrAdd(party, static (_, quota) => new Share(quota.options.AuditBytesPerDay, quota.time), (options, time)).TryTake(bytes, out retryAfter, out isNews);

    private sealed class Share(long perDay, TimeProvider time)
    {
        // A refused party tries again and again: its refusals are on record once in this time.
        private static readonly TimeSpan News = TimeSpan.FromMinutes(5);

        private readonly Lock _gate = new();
        private readonly double _perSecond = perDay / TimeSpan.FromDays(1).TotalSeconds;
        private double _left = perDay;
        private long _filled = time.GetTimestamp();
        private long? _told;

        public bool TryTake(int bytes, out TimeSpan retryAfter, out bool isNews)
        {
            lock (_gate)
            {
                var now = time.GetTimestamp();
                _left = Math.Min(perDay, _left + (time.GetElapsedTime(_filled, now).TotalSeconds * _perSecond));
                _filled = now;
                (retryAfter, isNews) = (TimeSpan.Zero, false);
                if (_left >= bytes)
                {
                    _left -= bytes;
                    return true;
                }
                retryAfter = TimeSpan.FromSeconds(Math.Ceiling((bytes - _left) / _perSecond));
                isNews = _told is not { } told || time.GetElapsedTime(told, now) >= News;
                if (isNews)
                    _told = now;
                return false;
            }
        }
    }
}
