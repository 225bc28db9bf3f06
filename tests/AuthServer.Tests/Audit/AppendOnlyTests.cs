using AgentMesh.AuthServer.Audit.Storage;
using AgentMesh.AuthServer.Hosting;
using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.AuthServer.Tests.Audit;

/// <summary>The database itself keeps what the ledger holds, from the server's own connection too.</summary>
[Proves("T34")]
public sealed class AppendOnlyTests(Postgres cluster) : IClassFixture<Postgres>
{
    private static readonly string[] Attempts =
    [
        """UPDATE "AuditRecords" SET "Line" = 'x'""",
        """DELETE FROM "AuditRecords" """,
        """UPDATE "AuditJournals" SET "Party" = 'x'""",
        """DELETE FROM "AuditJournals" """,
    ];

    [Fact]
    public async Task Sqlite_refuses_to_change_remove_or_replace()
    {
        await using var server = await RunningServer.StartAsync();
        await AssertRefusedAsync(server,
        [
            .. Attempts,
            "INSERT OR REPLACE INTO AuditRecords SELECT * FROM AuditRecords",
            "INSERT OR REPLACE INTO AuditJournals SELECT * FROM AuditJournals",
        ]);
    }

    [Fact]
    public async Task PostgreSql_refuses_to_change_remove_or_truncate()
    {
        Assert.SkipWhen(cluster.Missing is not null, cluster.Missing ?? "");
        await using var server = await RunningServer.StartAsync(new ServerSetup
        {
            Arguments =
            [
                "--Mesh:AuthServer:Database=postgresql", $"--Mesh:AuthServer:ConnectionString={await cluster.CreateDatabaseAsync()}",
                $"--Mesh:AuthServer:KeyEncryptionKey={Convert.ToBase64String(new byte[32])}",
            ],
        });
        await AssertRefusedAsync(server, [.. Attempts, """TRUNCATE "AuditRecords" """, """TRUNCATE "AuditJournals" """]);
        Assert.Equal([1, 2, 3], await ShippedJournalTests.SeqsAsync(server));
        Assert.Equal("journal_fork", (await server.ClientOf("trader").ShipAsync(
            [JournalLines.Rehash((await JournalLines.WriteAsync("trader", 1))[0].Replace("/1", "/2", StringComparison.Ordinal))]))["reason"]);
    }

    [Fact]
    public async Task A_ledger_can_have_a_database_of_its_own()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "elsewhere.db");
        await using var server = await RunningServer.StartAsync(new ServerSetup { Arguments = [$"--{AuthServerOptions.Section}:{nameof(AuthServerOptions.AuditConnectionString)}=Data Source={path}"] });

        Assert.True(File.Exists(path));
    }

    private static async Task AssertRefusedAsync(RunningServer server, IEnumerable<string> attempts)
    {
        Assert.Equal(200, (await server.ClientOf("trader").ShipAsync(await JournalLines.WriteAsync("trader", 3))).Status);
        await using var context = server.Services.GetRequiredService<LedgerDatabase>().CreateContext();
        foreach (var attempt in attempts)
        {
            var refused = await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => context.Database.ExecuteSqlRawAsync(attempt, TestContext.Current.CancellationToken));
            Assert.Contains("append-only", refused.Message, StringComparison.Ordinal);
        }
        Assert.Equal([1, 2, 3], await ShippedJournalTests.SeqsAsync(server));
    }
}
