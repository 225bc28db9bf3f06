using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;

namespace AgentMesh.AuthServer.Tests.Audit;

/// <summary>What operators can find in the ledger, and who may look.</summary>
[Proves("AI8", "AI9")]
public sealed class LedgerReadingTests
{
    [Theory]
    [InlineData("trace=trace-4", "8 9")]
    [InlineData("txn=txn-1&decision=deny", "12 15 18")]
    [InlineData("agent=trader&limit=3", "18 19 20")]
    [InlineData("agent=auditor", "")]
    [InlineData("from=2026-01-01T12:03:00Z&to=2026-01-01T12:06:00Z", "3 4 5")]
    [InlineData("kind=decision&decision=deny&after=0&limit=2", "3 6")]
    public async Task Records_are_found_by_what_they_say(string query, string expected)
    {
        await using var server = await ShippedAsync(20);

        var answer = await server.ClientOf("local").GetAsync($"audit/records?{query}");

        Assert.Equal(200, answer.Status);
        Assert.Equal(expected, string.Join(' ', Seqs(answer)));
    }

    [Fact]
    public async Task A_reader_that_goes_on_sees_each_record_once_whatever_is_added_meanwhile()
    {
        await using var server = await ShippedAsync(0);
        var lines = await JournalLines.WriteAsync("trader", 30);
        var operatorClient = server.ClientOf("local");
        await server.ClientOf("trader").ShipAsync(lines[..10]);
        List<int> seen = [];
        var after = "0";
        for (var page = 0; page < 10; page++)
        {
            var answer = await operatorClient.GetAsync($"audit/records?agent=trader&limit=4&after={after}");
            seen.AddRange(Seqs(answer));
            after = answer.Body["next"]!.ToString();
            if (page == 1)
            {
                await server.ClientOf("trader").ShipAsync(lines[10..]);
            }
        }

        Assert.Equal(Enumerable.Range(1, 30), seen);
    }

    [Fact]
    public async Task A_follower_is_told_as_soon_as_there_is_something()
    {
        await using var server = await ShippedAsync(3);
        var operatorClient = server.ClientOf("local");
        var next = (await operatorClient.GetAsync("audit/records")).Body["next"]!.ToString();

        var following = operatorClient.GetAsync($"audit/records?after={next}&wait=30");
        var lines = await JournalLines.WriteAsync("advisor", 1);
        await server.ClientOf("advisor").ShipAsync(lines);

        Assert.Equal([1], Seqs(await following));
    }

    [Fact]
    public async Task Reading_is_on_record()
    {
        await using var server = await ShippedAsync(1);

        await server.ClientOf("local").GetAsync("audit/records?agent=trader");

        Assert.Equal(("audit", "allow", "read-audit-records", TestMesh.IdOf("local")), (server.Audit.Last.Kind, server.Audit.Last.Decision, server.Audit.Last.Action, server.Audit.Last.Caller));
    }

    [Theory]
    [InlineData("audit/records")]
    [InlineData("audit/journals")]
    [InlineData("audit/journals/one/1?party=spiffe://agentmesh.local/agent/trader")]
    public async Task Only_operators_with_the_permission_audit_read(string path)
    {
        await using var server = await ShippedAsync(1);

        foreach (var party in (string[])["guest", "trader"])
        {
            var refused = await server.ClientOf(party).GetAsync(path);
            Assert.Equal((403, "access_denied", "not_permitted"), (refused.Status, refused.Error, server.Audit.Last.Reason));
        }
        Assert.Equal(401, (await server.AnonymousClient().GetAsync(path)).Status);
        Assert.Equal(200, (await server.ClientOf("local").GetAsync(path)).Status);
    }

    [Theory]
    [InlineData("decison=deny")]
    [InlineData("decision=maybe")]
    [InlineData("limit=501")]
    [InlineData("after=-1")]
    [InlineData("from=yesterday")]
    [InlineData("agent=a&agent=b")]
    public async Task A_question_that_makes_no_sense_is_refused_with_what_can_be_asked(string query)
    {
        await using var server = await ShippedAsync(1);

        var refused = await server.ClientOf("local").GetAsync($"audit/records?{query}");

        Assert.Equal((400, "invalid_request"), (refused.Status, refused.Error));
        Assert.Equal("query_malformed", server.Audit.Last.Reason);
    }

    [Fact]
    public async Task A_record_comes_back_as_it_was_written()
    {
        await using var server = await ShippedAsync(0);
        var lines = await JournalLines.WriteAsync("trader", 1);
        await server.ClientOf("trader").ShipAsync(lines);

        var record = (await server.ClientOf("local").GetAsync("audit/records")).Body["items"]![0]!["record"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

        Assert.Equal(lines[0], record);
    }

    private static async Task<RunningServer> ShippedAsync(int count)
    {
        var server = await RunningServer.StartAsync();
        if (count > 0)
        {
            Assert.Equal(200, (await server.ClientOf("trader").ShipAsync(await JournalLines.WriteAsync("trader", count))).Status);
        }
        return server;
    }

    private static IEnumerable<int> Seqs(Answer answer) => answer.Body["items"]!.AsArray().Select(item => (int)item!["record"]!["seq"]!);
}
