using System.Security.Cryptography;
using System.Text;
using AgentMesh.AuthServer.Storage;
using Microsoft.EntityFrameworkCore;

namespace AgentMesh.AuthServer.Dpop;

/// <summary>
/// Proofs that were used and could still be shown again, in the database: what one instance has seen, no other takes, and neither does this one after a restart.
/// Only clients that are authenticated get this far.
/// </summary>
internal sealed class UsedProofs(AuthDatabase database, TimeProvider time)
{
    private static readonly TimeSpan PruneEvery = TimeSpan.FromMinutes(1);

    private long _pruneAt;

    /// <summary>Uses a proof up.</summary>
    /// <param name="key">The thumbprint of its key: identifiers of different keys have nothing to do with each other.</param>
    /// <param name="id"><c>jti</c>.</param>
    /// <param name="until">When it is too old to be taken by any instance's clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>True for exactly one caller.</returns>
    public async Task<bool> TryUseAsync(string key, string id, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{key} {id}"));
        var end = until.ToUnixTimeMilliseconds();
        await using var context = database.CreateContext();
        await PruneAsync(context, cancellationToken);
        return await context.Database.ExecuteSqlAsync($"""INSERT INTO "UsedProofs" ("Hash", "ExpiresAt") VALUES ({hash}, {end}) ON CONFLICT DO NOTHING""", cancellationToken) == 1;
    }

    private async Task PruneAsync(AuthDbContext context, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var due = Volatile.Read(ref _pruneAt);
        if (now.UtcTicks < due || Interlocked.CompareExchange(ref _pruneAt, (now + PruneEvery).UtcTicks, due) != due)
        {
            return;
        }
        await context.UsedProofs.Where(row => row.ExpiresAt < now).ExecuteDeleteAsync(cancellationToken);
    }
}
