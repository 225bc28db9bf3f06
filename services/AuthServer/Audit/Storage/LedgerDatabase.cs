using AgentMesh.AuthServer.Hosting;
using AgentMesh.AuthServer.Storage;
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
            var (connection, setting) = options.AuditConnectionString is { Length: > 0 } own ? (own, "AuditConnectionString") : (options.ConnectionString, "ConnectionString");
            var built = Configure(new DbContextOptionsBuilder<PostgreSqlLedgerDbContext>()).UseNpgsql(connection, npgsql => npgsql.MigrationsHistoryTable(History)).Options;
            _create = () => new PostgreSqlLedgerDbContext(built);
            _description = $"PostgreSQL database of Mesh:AuthServer:{setting}";
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
    public Task MigrateAsync(CancellationToken cancellationToken) => SchemaMigration.ApplyAsync(CreateContext, MigrationLock, $"audit ledger's {_description}", cancellationToken);

    private static DbContextOptionsBuilder<TContext> Configure<TContext>(DbContextOptionsBuilder<TContext> builder)
        where TContext : DbContext
    {
        // Failures reach the caller as exceptions; EF Core's own log of each command would be noise.
        builder.UseLoggerFactory(NullLoggerFactory.Instance);
        return builder;
    }
}
