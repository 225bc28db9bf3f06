using AgentMesh.AuthServer.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentMesh.AuthServer.Storage;

/// <summary>The configured database: makes contexts and brings the schema up to date.</summary>
internal sealed class AuthDatabase
{
    private const int MigrationLock = 738170300;

    private readonly Func<AuthDbContext> _create;
    private readonly string _description;

    public AuthDatabase(AuthServerOptions options, string dataDirectory)
    {
        if (options.Database == DatabaseProvider.PostgreSql)
        {
            var connection = options.ConnectionString is { Length: > 0 } configured
                ? configured
                : throw new StartupException("Mesh:AuthServer:ConnectionString must be set with Mesh:AuthServer:Database=postgresql, for example: Host=localhost;Database=agentmesh;Username=agentmesh");
            var built = Configure(new DbContextOptionsBuilder<PostgreSqlAuthDbContext>()).UseNpgsql(connection).Options;
            _create = () => new PostgreSqlAuthDbContext(built);
            _description = "PostgreSQL database of Mesh:AuthServer:ConnectionString";
        }
        else
        {
            var connection = options.ConnectionString is { Length: > 0 } configured
                ? configured
                : new SqliteConnectionStringBuilder { DataSource = Path.Combine(dataDirectory, "auth-server.db") }.ToString();
            var built = Configure(new DbContextOptionsBuilder<SqliteAuthDbContext>()).UseSqlite(connection).Options;
            _create = () => new SqliteAuthDbContext(built);
            _description = $"SQLite database {new SqliteConnectionStringBuilder(connection).DataSource}";
        }
    }

    public AuthDbContext CreateContext() => _create();

    /// <summary>Applies what is missing. Instances that start together wait for each other.</summary>
    /// <exception cref="StartupException">The database cannot be reached or written.</exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        try
        {
            // EF Core's own lock lasts for one migration on PostgreSQL; this one lasts until its connection is closed.
            await using var turn = CreateContext();
            if (turn is PostgreSqlAuthDbContext)
            {
                await turn.Database.OpenConnectionAsync(cancellationToken);
                await turn.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({MigrationLock})", cancellationToken);
            }
            await using var context = CreateContext();
            await context.Database.MigrateAsync(cancellationToken);
            if (turn is PostgreSqlAuthDbContext)
            {
                await turn.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({MigrationLock})", cancellationToken);
            }
        }
        catch (Exception failure) when (failure is System.Data.Common.DbException or InvalidOperationException or TimeoutException)
        {
            throw new StartupException($"The {_description} cannot be opened: {failure.GetBaseException().Message}", failure);
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
