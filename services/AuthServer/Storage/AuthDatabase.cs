using AgentMesh.AuthServer.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace AgentMesh.AuthServer.Storage;

/// <summary>The configured database: makes contexts and brings the schema up to date.</summary>
internal sealed class AuthDatabase
{
    private const int MigrationLock = 738170300;

    private readonly Func<AuthDbContext> _create;
    private readonly string _description;
    private readonly string _connection;

    public AuthDatabase(AuthServerOptions options, string dataDirectory)
    {
        IsShared = options.Database == DatabaseProvider.PostgreSql;
        if (IsShared)
        {
            var connection = options.ConnectionString is { Length: > 0 } configured
                ? configured
                : throw new StartupException("Mesh:AuthServer:ConnectionString must be set with Mesh:AuthServer:Database=postgresql, for example: Host=localhost;Database=agentmesh;Username=agentmesh");
            var built = Configure(new DbContextOptionsBuilder<PostgreSqlAuthDbContext>()).UseNpgsql(connection).Options;
            _create = () => new PostgreSqlAuthDbContext(built);
            _connection = connection;
            _description = "PostgreSQL database of Mesh:AuthServer:ConnectionString";
        }
        else
        {
            var connection = options.ConnectionString is { Length: > 0 } configured
                ? configured
                : new SqliteConnectionStringBuilder { DataSource = Path.Combine(dataDirectory, "auth-server.db") }.ToString();
            var built = Configure(new DbContextOptionsBuilder<SqliteAuthDbContext>()).UseSqlite(connection).AddInterceptors(new SqliteWaits()).Options;
            _create = () => new SqliteAuthDbContext(built);
            _connection = connection;
            _description = $"SQLite database {new SqliteConnectionStringBuilder(connection).DataSource}";
        }
    }

    /// <summary>Whether other instances may write to it.</summary>
    public bool IsShared { get; }

    public AuthDbContext CreateContext() => _create();

    /// <summary>A connection of its own that hears what other instances say on a channel, on PostgreSQL.</summary>
    public async Task<NpgsqlConnection> ListenAsync(string channel, CancellationToken cancellationToken)
    {
        // Kept alive so that a server that is gone without a word is noticed; not one of the pool, which others wait for.
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_connection) { Pooling = false, KeepAlive = 5, ApplicationName = "auth-server events" }.ToString());
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var listen = new NpgsqlCommand($"LISTEN {channel}", connection);
            await listen.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Applies what is missing. Instances that start together wait for each other.</summary>
    /// <exception cref="StartupException">The database cannot be reached or written.</exception>
    public Task MigrateAsync(CancellationToken cancellationToken) => SchemaMigration.ApplyAsync(CreateContext, MigrationLock, _description, cancellationToken);

    private static DbContextOptionsBuilder<TContext> Configure<TContext>(DbContextOptionsBuilder<TContext> builder)
        where TContext : DbContext
    {
        // Failures reach the caller as exceptions; EF Core's own log of each command would be noise.
        builder.UseLoggerFactory(NullLoggerFactory.Instance);
        return builder;
    }
}
