using AgentMesh.Auth;
using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AgentMesh.AuthServer.Tests.Audit;

/// <summary>Nobody fills the ledger, or the server's own journal, for all.</summary>
[Proves("T38")]
public sealed class LedgerQuotaTests
{
    [Fact]
    public async Task Whoever_ships_more_than_its_share_of_a_day_has_to_wait_and_nobody_else()
    {
        await using var server = await RunningServer.StartAsync(new ServerSetup { Arguments = ["--Mesh:AuthServer:AuditBytesPerDay=2097152"] });
        var (trader, lines) = (server.ClientOf("trader"), await JournalLines.WriteAsync("trader", 1200));
        var batch = lines[..^1];
        Assert.InRange(batch.Sum(line => line.Length + 1), 400_000, 1024 * 1024);
        var accepted = 0;
        Answer answer;
        // Sent again it is held once, and costs the same.
        while ((answer = await trader.ShipAsync(batch)).Status == 200)
        {
            Assert.True(++accepted < 10, "never refused");
        }

        Assert.InRange(accepted, 2, 5);
        Assert.Equal((429, "temporarily_unavailable"), (answer.Status, answer.Error));
        Assert.Equal(429, (await trader.ShipAsync(batch)).Status);
        var denied = Assert.Single(server.Audit.Events, e => e is { Kind: "journal", Decision: "deny" });
        Assert.Equal((TestMesh.IdOf("trader"), "bytes_exceeded", "refused"), (denied.Caller, denied.Reason, denied.Remediation));

        Assert.Equal(200, (await server.ClientOf("advisor").ShipAsync(await JournalLines.WriteAsync("advisor", 1))).Status);
        server.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal((200, 1200), ((await trader.ShipAsync(lines[^1..])) is var last ? last.Status : 0, last.Body["seq"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Whoever_begins_more_journals_than_its_share_of_a_day_is_refused_and_its_others_go_on()
    {
        await using var server = await RunningServer.StartAsync(new ServerSetup { Arguments = ["--Mesh:AuthServer:AuditInstancesPerDay=2"] });
        var (trader, lines) = (server.ClientOf("trader"), await JournalLines.WriteAsync("trader", 2));
        Assert.Equal(200, (await trader.ShipAsync(lines[..1], "one")).Status);
        Assert.Equal(200, (await trader.ShipAsync(lines[..1], "two")).Status);

        var refused = await trader.ShipAsync(lines[..1], "three");

        Assert.Equal((409, "journals_exceeded"), (refused.Status, (string?)refused["reason"]));
        Assert.Equal("journals_exceeded", server.Audit.Last.Reason);
        Assert.Equal(200, (await trader.ShipAsync(lines[1..], "one")).Status);
        Assert.Equal(200, (await server.ClientOf("advisor").ShipAsync(await JournalLines.WriteAsync("advisor", 1), "three")).Status);
    }

    [Fact]
    public async Task Requests_of_nobody_in_particular_do_not_fill_the_journal()
    {
        using var folder = new TemporaryFolder();
        await using (var server = await RunningServer.StartAsync(new ServerSetup
        {
            Configure = builder =>
            {
                builder.Services.RemoveAll<IAuditLog>();
                builder.Configuration["Mesh:AuditDirectory"] = folder.Path;
            },
        }))
        {
            var nobody = server.AnonymousClient();
            for (var request = 0; request < 200; request++)
            {
                Assert.Equal(401, (await nobody.PostAsync("token", ("grant_type", TestClient.TokenExchange), ("subject_token", "x"), ("subject_token_type", TestClient.JwtType), ("audience", "risk-analyst"))).Status);
            }
            Assert.Equal(200, (await server.ClientOf("advisor").ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score")).Status);
        }

        var records = (await File.ReadAllLinesAsync(Path.Combine(folder.Path, "auth-server.jsonl"), TestContext.Current.CancellationToken))
            .Where(line => line.Contains("\"authentication\":\"none\"", StringComparison.Ordinal)).ToList();
        Assert.InRange(records.Count, 2, 62);
        Assert.Contains(records, line => line.Contains("count: 140 more refusals", StringComparison.Ordinal));
    }
}
