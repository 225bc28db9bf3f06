using AgentMesh.AuthServer.Hosting;
using Microsoft.EntityFrameworkCore.Design;

namespace AgentMesh.AuthServer.Storage;

/// <summary>For <c>dotnet ef migrations add NAME --context SqliteAuthDbContext --output-dir Storage/Migrations/Sqlite</c>, and the same for PostgreSQL.</summary>
internal sealed class DesignTimeContexts : IDesignTimeDbContextFactory<SqliteAuthDbContext>, IDesignTimeDbContextFactory<PostgreSqlAuthDbContext>
{
    SqliteAuthDbContext IDesignTimeDbContextFactory<SqliteAuthDbContext>.CreateDbContext(string[] args) =>
        (SqliteAuthDbContext)new AuthDatabase(new AuthServerOptions { ConnectionString = "Data Source=:memory:" }, "").CreateContext();

    PostgreSqlAuthDbContext IDesignTimeDbContextFactory<PostgreSqlAuthDbContext>.CreateDbContext(string[] args) =>
        (PostgreSqlAuthDbContext)new AuthDatabase(new AuthServerOptions { Database = DatabaseProvider.PostgreSql, ConnectionString = "Host=design-time" }, "").CreateContext();
}
