using AgentMesh.AuthServer.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentMesh.AuthServer.Audit.Storage;

/// <summary>The ledger's database: makes contexts and brings the schema up to date.</summary>
internal sealed class LedgerDatabase
{
    private const int MigrationLock = 738170302;
    private const string History = "__AuditLedgerMigrations";

    private readonly Func<LedgerDbContext> _create;
    private readonly string _description;

    public LedgerDatabase(AuthServerOptions options, string dataDirectory)
    {
        if (options.Database == DatabaseProvider.PostgreSql)
        {
            var connection = options.AuditConnectionString is { Length: > 0 } own ? own : options.ConnectionString;
            var built = Configure(new DbContextOptionsBuilder<PostgreSqlLedgerDbContext>()).UseNpgsql(connection, npgsql => npgsql.MigrationsHistoryTable(History)).Options;
            _create = () => new PostgreSqlLedgerDbContext(built);
            _description = "PostgreSQL database of Mesh:AuthServer:AuditConnectionString (default: Mesh:AuthServer:ConnectionString)";
        }
        else
        {
            var connection = options.AuditConnectionString is { Length: > 0 } own
                ? own
                : new SqliteConnectionStringBuilder { DataSource = Path.Combine(dataDirectory, "audit-ledger.db") }.ToString();
            var built = Configure(new DbContextOptionsBuilder<SqliteLedgerDbContext>()).UseSqlite(connection, sqlite => sqlite.MigrationsHistoryTable(History)).Options;
            _create = () => new SqliteLedgerDbContext(built);
            _description = $"SQLite database {new SqliteConnectionStringBuilder(connection).DataSource}";
        }
    }

    public LedgerDbContext CreateContext() => _create();

    /// <summary>Applies what is missing. Instances that start together wait for each other.</summary>
    /// <exception cref="StartupException">The database cannot be reached or written.</exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var turn = CreateContext();
            if (turn is PostgreSqlLedgerDbContext)
            {
                await turn.Database.OpenConnectionAsync(cancellationToken);
                await turn.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({MigrationLock})", cancellationToken);
            }
            await using var context = CreateContext();
            await context.Database.MigrateAsync(cancellationToken);
            if (turn is PostgreSqlLedgerDbContext)
            {
                await turn.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({MigrationLock})", cancellationToken);
            }
        }
        catch (Exception failure) when (failure is System.Data.Common.DbException or InvalidOperationException or TimeoutException)
        {
            throw new StartupException($"The audit ledger's {_description} cannot be opened: {failure.GetBaseException().Message}", failure);
        }
    }

    private static DbContextOptionsBuilder<TContext> Configure<TContext>(DbContextOptionsBuilder<TContext> builder)
        where TContext : DbContext
    {
        // Failures reach the caller as exceptions; EF Core's own log of each command would be noise.
        builder.UseLoggerFactory(NullLoggerFactory.Instance);
        return builder;
    }
}
