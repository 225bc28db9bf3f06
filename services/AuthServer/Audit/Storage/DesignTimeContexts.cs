using AgentMesh.AuthServer.Hosting;
using Microsoft.EntityFrameworkCore.Design;

namespace AgentMesh.AuthServer.Audit.Storage;

/// <summary>For <c>dotnet ef migrations add NAME --context SqliteLedgerDbContext --output-dir Audit/Storage/Migrations/Sqlite</c>, and the same for PostgreSQL.</summary>
internal sealed class DesignTimeContexts : IDesignTimeDbContextFactory<SqliteLedgerDbContext>, IDesignTimeDbContextFactory<PostgreSqlLedgerDbContext>
{
    SqliteLedgerDbContext IDesignTimeDbContextFactory<SqliteLedgerDbContext>.CreateDbContext(string[] args) =>
        (SqliteLedgerDbContext)new LedgerDatabase(new AuthServerOptions { AuditConnectionString = "Data Source=:memory:" }, "").CreateContext();

    PostgreSqlLedgerDbContext IDesignTimeDbContextFactory<PostgreSqlLedgerDbContext>.CreateDbContext(string[] args) =>
        (PostgreSqlLedgerDbContext)new LedgerDatabase(new AuthServerOptions { Database = DatabaseProvider.PostgreSql, AuditConnectionString = "Host=design-time" }, "").CreateContext();
}
