using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;

namespace AgentMesh.AuthServer.Tests.Audit;

/// <summary>What the ledger takes from whom.</summary>
[Proves("AI8", "T34")]
public sealed class ShippedJournalTests
{
    [Fact]
    public async Task A_journal_is_taken_in_batches_that_follow_each_other()
    {
        await using var server = await RunningServer.StartAsync();
        var trader = server.ClientOf("trader");
        var lines = await JournalLines.WriteAsync("trader", 5);

        var first = await trader.ShipAsync(lines[..2]);
        var second = await trader.ShipAsync(lines[2..]);

        Assert.Equal((200, 2), (first.Status, first.Body["seq"]!.GetValue<int>()));
        Assert.Equal((200, 5), (second.Status, second.Body["seq"]!.GetValue<int>()));
        Assert.EndsWith($"\"hash\":\"{second["hash"]}\"}}", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_sent_again_are_held_once()
    {
        await using var server = await RunningServer.StartAsync();
        var trader = server.ClientOf("trader");
        var lines = await JournalLines.WriteAsync("trader", 4);

        await trader.ShipAsync(lines[..3]);
        Assert.Equal(3, (await trader.ShipAsync(lines[..3])).Body["seq"]!.GetValue<int>());
        Assert.Equal(4, (await trader.ShipAsync(lines[1..])).Body["seq"]!.GetValue<int>());

        Assert.Equal([1, 2, 3, 4], await SeqsAsync(server));
        Assert.DoesNotContain(server.Audit.Events, e => e.Decision == "deny");
    }

    [Theory]
    [InlineData("gap", "journal_gap")]
    [InlineData("edited", "record_edited")]
    [InlineData("edited with its hash", "journal_fork")]
    [InlineData("rewritten from the start", "journal_fork")]
    [InlineData("a held record replaced", "journal_fork")]
    [InlineData("reordered", "journal_gap")]
    [InlineData("torn", "record_edited")]
    [InlineData("empty", "record_edited")]
    public async Task What_does_not_continue_the_journal_is_refused_and_on_record(string attack, string reason)
    {
        await using var server = await RunningServer.StartAsync();
        var trader = server.ClientOf("trader");
        var lines = await JournalLines.WriteAsync("trader", 6);
        Assert.Equal(200, (await trader.ShipAsync(lines[..3])).Status);
        var edited = lines[3].Replace("\"allow\"", "\"deny\"", StringComparison.Ordinal);

        string[] sent = attack switch
        {
            "gap" => lines[4..],
            "edited" => [edited, .. lines[4..]],
            "edited with its hash" => [JournalLines.Rehash(edited), .. lines[4..]],
            "rewritten from the start" => await JournalLines.WriteAsync("trader", 2) is [var one, ..] ? [JournalLines.Rehash(one.Replace("/1\"", "/9\"", StringComparison.Ordinal))] : [],
            "a held record replaced" => [JournalLines.Rehash(lines[2].Replace("\"deny\"", "\"allow\"", StringComparison.Ordinal)), .. lines[3..]],
            "reordered" => [lines[3], lines[5], lines[4]],
            "torn" => [lines[3], lines[4][..40]],
            _ => [],
        };
        var refused = await trader.ShipAsync(sent);

        Assert.Equal((409, reason, 3), (refused.Status, refused["reason"], refused.Body["seq"]!.GetValue<int>()));
        Assert.Equal(("journal", "deny", reason, TestMesh.IdOf("trader")), (server.Audit.Last.Kind, server.Audit.Last.Decision, server.Audit.Last.Reason, server.Audit.Last.Caller));
        Assert.Equal([1, 2, 3], await SeqsAsync(server));
        Assert.Equal(200, (await trader.ShipAsync(lines[3..])).Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task The_places_in_a_journal_begin_with_one(long seq)
    {
        await using var server = await RunningServer.StartAsync();
        var line = (await JournalLines.WriteAsync("trader", 1))[0].Replace("{\"seq\":1,", $"{{\"seq\":{seq},", StringComparison.Ordinal);

        var refused = await server.ClientOf("trader").ShipAsync([JournalLines.Rehash(line)]);

        Assert.Equal((409, "record_edited"), (refused.Status, refused["reason"]));
        Assert.Equal("record_edited", server.Audit.Last.Reason);
    }

    [Fact, Proves("T38")]
    public async Task Who_is_refused_again_and_again_does_not_fill_the_ledger_with_it()
    {
        await using var server = await RunningServer.StartAsync();
        var trader = server.ClientOf("trader");
        for (var i = 0; i < 5; i++)
            Assert.Equal(409, (await trader.ShipAsync(["x"], $"journal-{i}")).Status);

        var told = Assert.Single(server.Audit.Events, e => e.Reason == "record_edited");
        // What the party chose goes into no name that telemetry keeps a series for.
        Assert.Equal(("ship-journal", "journal-0 after 0"), (told.Action, told.Cause));
        Assert.Equal(409, (await server.ClientOf("advisor").ShipAsync(["x"])).Status);
        server.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(409, (await trader.ShipAsync(["x"])).Status);
        Assert.Equal(3, server.Audit.Events.Count(e => e.Reason == "record_edited"));
    }

    [Fact]
    public async Task An_agent_ships_its_own_records_only()
    {
        await using var server = await RunningServer.StartAsync();
        var lines = await JournalLines.WriteAsync("trader", 3);

        var refused = await server.ClientOf("advisor").ShipAsync(lines);

        Assert.Equal((409, "record_of_another"), (refused.Status, refused["reason"]));
        Assert.Equal(("record_of_another", TestMesh.IdOf("advisor")), (server.Audit.Last.Reason, server.Audit.Last.Caller));
        Assert.Equal(200, (await server.ClientOf("trader").ShipAsync(lines)).Status);
    }

    [Fact]
    public async Task Nobody_ships_without_an_svid_on_the_connection()
    {
        await using var server = await RunningServer.StartAsync();
        var lines = await JournalLines.WriteAsync("trader", 1);

        Assert.Equal((401, "invalid_client"), ((await server.AnonymousClient().ShipAsync(lines)) is var refused ? refused.Status : 0, refused.Error));
        Assert.Empty(await SeqsAsync(server));
    }

    [Theory]
    [InlineData("a%2Fb")]
    [InlineData("..%2F..")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789")]
    public async Task A_journals_name_is_a_plain_one(string instance)
    {
        await using var server = await RunningServer.StartAsync();
        var lines = await JournalLines.WriteAsync("trader", 1);

        Assert.Contains((await server.ClientOf("trader").ShipAsync(lines, instance)).Status, (int[])[400, 404]);
        Assert.Empty(await SeqsAsync(server));
    }

    [Fact, Proves("T38")]
    public async Task A_batch_of_more_than_a_megabyte_is_not_read()
    {
        await using var server = await RunningServer.StartAsync();

        Assert.Equal(413, (await server.ClientOf("trader").ShipAsync([new string('x', 1024 * 1024 + 1)])).Status);
    }

    [Fact]
    public async Task Two_processes_of_one_party_have_a_chain_each()
    {
        await using var server = await RunningServer.StartAsync();
        var trader = server.ClientOf("trader");

        Assert.Equal(200, (await trader.ShipAsync((await JournalLines.WriteAsync("trader", 2))[..1], "pod-1")).Status);
        Assert.Equal(200, (await trader.ShipAsync(await JournalLines.WriteAsync("trader", 2), "pod-2")).Status);

        var heads = (await server.ClientOf("local").GetAsync("audit/journals")).Body["items"]!.AsArray();
        Assert.Equal([("pod-1", 1), ("pod-2", 2)], heads.Select(head => ((string)head!["instance"]!, (int)head["seq"]!)));
    }

    [Fact]
    public async Task A_restarted_server_goes_on_where_it_was()
    {
        using var authority = new TestAuthority(TestMesh.TrustDomain);
        using var folder = new TemporaryFolder();
        var setup = new ServerSetup { Authority = authority, DataDirectory = folder, OwnsDataDirectory = false };
        var lines = await JournalLines.WriteAsync("trader", 4);
        await using (var before = await RunningServer.StartAsync(setup))
        {
            await before.ClientOf("trader").ShipAsync(lines[..2]);
        }

        await using var server = await RunningServer.StartAsync(setup);
        Assert.Equal("journal_fork", (await server.ClientOf("trader").ShipAsync([JournalLines.Rehash(lines[2].Replace("txn", "tnx", StringComparison.Ordinal).Replace(Prev(lines[2]), Prev(lines[3]), StringComparison.Ordinal))]))["reason"]);
        Assert.Equal(200, (await server.ClientOf("trader").ShipAsync(lines[2..])).Status);
        Assert.Equal([1, 2, 3, 4], await SeqsAsync(server));
    }

    internal static async Task<IEnumerable<int>> SeqsAsync(RunningServer server) =>
        (await server.ClientOf("local").GetAsync("audit/records?agent=trader")).Body["items"]!.AsArray().Select(item => (int)item!["record"]!["seq"]!);

    private static string Prev(string line) => (string)System.Text.Json.Nodes.JsonNode.Parse(line)!["prev"]!;
}
