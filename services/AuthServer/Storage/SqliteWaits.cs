using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace AgentMesh.AuthServer.Storage;

/// <summary>
/// Lets SQLite itself wait for another writer, which looks again after a few milliseconds. Its .NET driver would sleep for 150 at a time.
/// </summary>
internal sealed class SqliteWaits : DbConnectionInterceptor
{
    private const string BusyTimeout = "PRAGMA busy_timeout = 10000";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var pragma = connection.CreateCommand();
        pragma.CommandText = BusyTimeout;
        pragma.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var pragma = connection.CreateCommand();
        pragma.CommandText = BusyTimeout;
        await pragma.ExecuteNonQueryAsync(cancellationToken);
    }
}
