using AgentMesh.Deployment.Processes;
using AgentMesh.Deployment.Spire;
using AgentMesh.Deployment.Spire.Bootstrap;

namespace AgentMesh.Deployment.Tests.Bootstrap;

public sealed class SpireBootstrapTests : IDisposable
{
    private static readonly IReadOnlyList<RegistrationEntry> Entries =
        RegistrationEntries.ForHostProcesses(Sample.Manifest, FakeSpireServer.AgentId, userId: 1000, "Debug");

    private readonly FakeSpireServer _server = NewServer();

    private static FakeSpireServer NewServer()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The fake spire-server is a shell script.");
        return new FakeSpireServer();
    }

    [Fact]
    public async Task A_new_server_s_bundle_comes_first_then_a_token_then_the_entries()
    {
        var result = await RunAsync();

        Assert.Equal(new SpireBootstrapResult(AgentJoins: true, Created: Entries.Count, Deleted: 0), result);
        Assert.Equal(
            [
                "bundle show -format pem -socketPath /private/api.sock",
                $"token generate -spiffeID {FakeSpireServer.AgentId} -ttl 900 -output json -socketPath /private/api.sock",
                $"entry show -parentID {FakeSpireServer.AgentId} -output json -socketPath /private/api.sock",
                $"entry create -data {_server.Folders.ServerConfiguration}/entries.json -socketPath /private/api.sock",
            ],
            _server.Calls);
        Assert.Equal(_server.Bundle, AgentFile("bundle.pem"));
        Assert.Equal(FakeSpireServer.Token, AgentFile("join_token"));
        Assert.Equal(RegistrationEntries.ToJson(Entries), _server.Created);
    }

    [Fact]
    public async Task Nobody_but_the_owner_can_read_the_token()
    {
        await RunAsync();
        var file = new FileInfo(Path.Combine(_server.Folders.AgentConfiguration, "join_token"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.UnixFileMode);
    }

    [Fact]
    public async Task Again_with_everything_there_nothing_is_changed()
    {
        await RunAsync();
        _server.HasAgents((FakeSpireServer.Token, TimeSpan.FromMinutes(40), Banned: false));
        _server.HasEntries([.. Entries]);
        await File.WriteAllTextAsync(Path.Combine(_server.Folders.AgentData, "keys.json"), "kept", TestContext.Current.CancellationToken);
        _server.Forget();

        Assert.Equal(new SpireBootstrapResult(AgentJoins: false, Created: 0, Deleted: 0), await RunAsync());
        Assert.Equal(["bundle show", "agent list", "entry show"], _server.Calls.Select(call => string.Join(' ', call.Split(' ')[..2])));
        Assert.True(File.Exists(Path.Combine(_server.Folders.AgentData, "keys.json")));
    }

    public static TheoryData<string, int, bool> LostAgents => new()
    {
        { "another-token", 40, false },
        { FakeSpireServer.Token, -5, false },
        { FakeSpireServer.Token, 40, true },
    };

    [Theory]
    [MemberData(nameof(LostAgents))]
    public async Task An_agent_that_the_server_does_not_know_any_more_joins_anew(string token, int minutesLeft, bool banned)
    {
        await RunAsync();
        _server.HasAgents((token, TimeSpan.FromMinutes(minutesLeft), banned));
        await File.WriteAllTextAsync(Path.Combine(_server.Folders.AgentData, "agent-data.json"), "stale", TestContext.Current.CancellationToken);
        _server.Answer("token", """{"value":"second","expires_at":"1790000000"}""");

        Assert.True((await RunAsync()).AgentJoins);
        Assert.Equal("second", AgentFile("join_token"));
        Assert.Empty(Directory.EnumerateFiles(_server.Folders.AgentData));
    }

    [Fact]
    public async Task An_entry_that_says_something_else_is_replaced_and_one_too_many_removed()
    {
        _server.HasEntries([.. Entries.Select((entry, i) => i == 0 ? entry with { X509SvidTtl = 3600 } : entry), Entries[0] with { SpiffeId = "spiffe://bank.example/agent/former" }]);

        Assert.Equal(new SpireBootstrapResult(AgentJoins: true, Created: 1, Deleted: 2), await RunAsync());
        Assert.Contains(_server.Calls, call => call.StartsWith("entry delete -entryID entry-0 ", StringComparison.Ordinal));
        Assert.Contains(_server.Calls, call => call.StartsWith($"entry delete -entryID entry-{Entries.Count} ", StringComparison.Ordinal));
        Assert.Equal(RegistrationEntries.ToJson([Entries[0]]), _server.Created);
        Assert.True(Index("entry delete") < Index("entry create"));
    }

    [Fact]
    public async Task A_server_that_is_still_starting_is_waited_for()
    {
        _server.IsStartingFor(calls: 2);
        await RunAsync();
        Assert.Equal(3, _server.Calls.Count(call => call.StartsWith("bundle show", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_the_server_refuses_ends_the_bootstrap_with_the_server_s_words()
    {
        _server.Answer("refuse", "");
        var failed = await Assert.ThrowsAsync<CommandException>(RunAsync);
        Assert.Contains("spire-server entry create", failed.Message, StringComparison.Ordinal);
        Assert.Contains("InvalidArgument", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_answer_that_cannot_be_read_is_never_quoted()
    {
        _server.Answer("token", """{"token":"secret-value"}""");
        var failed = await Assert.ThrowsAsync<CommandException>(RunAsync);
        Assert.DoesNotContain("secret-value", failed.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writing_an_entry_again_keeps_what_it_says()
    {
        await _server.Cli.RenewEntryAsync(new RegisteredEntry("entry-7", Entries.Single(entry => entry.SpiffeId.EndsWith("/risk", StringComparison.Ordinal))), TestContext.Current.CancellationToken);
        Assert.Equal(
            $"entry update -entryID entry-7 -parentID {FakeSpireServer.AgentId} -spiffeID spiffe://bank.example/agent/risk -x509SVIDTTL 1800 -jwtSVIDTTL 300 "
            + "-selector unix:uid:2001 -selector unix:path:/srv/risk/Risk -socketPath /private/api.sock",
            Assert.Single(_server.Calls));
    }

    public void Dispose() => _server.Dispose();

    private Task<SpireBootstrapResult> RunAsync() => _server.Bootstrap.RunAsync(FakeSpireServer.AgentId, Entries, TestContext.Current.CancellationToken);

    private string AgentFile(string name) => File.ReadAllText(Path.Combine(_server.Folders.AgentConfiguration, name));

    private int Index(string command) => _server.Calls.ToList().FindIndex(call => call.StartsWith(command, StringComparison.Ordinal));
}
