using AgentMesh.AuthServer.Hosting;
using AgentMesh.AuthServer.Revocation;
using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace AgentMesh.AuthServer.Tests;

/// <summary>Two instances on one database serve as one.</summary>
public sealed class PostgreSqlTests(Postgres cluster) : IClassFixture<Postgres>
{
    [Fact]
    public async Task Instances_that_start_at_once_on_an_empty_database_share_their_signing_key()
    {
        await using var pair = await StartPairAsync();

        var token = pair.First.AdviceToken();

        Assert.Equal((string?)Jwt.Header(token)["kid"], (string?)Jwt.Header(pair.Second.AdviceToken())["kid"]);
        Assert.Equal(200, (await pair.Second.ClientOf("advisor").ExchangeAsync(token, "risk-analyst", "risk.score")).Status);
    }

    [Fact]
    public async Task What_one_instance_revokes_the_other_refuses()
    {
        await using var pair = await StartPairAsync();
        var token = pair.First.AdviceToken();
        Assert.Equal(200, (await pair.Second.ClientOf("advisor").ExchangeAsync(token, "risk-analyst", "risk.score")).Status);

        Assert.Equal(200, (await pair.First.ClientOf("local").PostAsync("revoke", ("token", token))).Status);
        await pair.Second.Services.GetRequiredService<SecurityEventLog>().FollowAsync(TestContext.Current.CancellationToken);

        Refused.Because(pair.Second, await pair.Second.ClientOf("advisor").ExchangeAsync(token, "risk-analyst", "risk.score"), 400, "invalid_request", "subject_token_revoked");
    }

    [Fact]
    public async Task Asked_at_one_instance_and_approved_at_the_other_yields_one_token_from_either()
    {
        await using var pair = await StartPairAsync();
        var asked = await pair.First.ClientOf("advisor").PostAsync("bc-authorize", ("scope", "trade.execute"), ("audience", "trader"),
            ("login_hint_token", pair.First.AdviceToken()), ("authorization_details", """[{"type":"order"}]"""));
        var operatorAtSecond = pair.Second.ClientOf("local");
        var pending = Assert.Single((await operatorAtSecond.GetAsync("approvals")).Body["items"]!.AsArray())!;
        Assert.Equal(200, (await operatorAtSecond.PostAsync($"approvals/{pending["id"]}/approve")).Status);

        (string, string)[] redeem = [("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", asked["auth_req_id"]!)];
        var answers = await Task.WhenAll(pair.First.ClientOf("advisor").PostAsync("token", redeem), pair.Second.ClientOf("advisor").PostAsync("token", redeem));

        Assert.Single(answers, answer => answer.Status == 200);
    }

    [Fact]
    public async Task A_proof_that_was_used_at_one_instance_is_refused_at_the_other()
    {
        await using var pair = await StartPairAsync();
        var (first, second) = (pair.First.ClientBy(ClientMethod.Jwt, "advisor"), pair.Second.ClientBy(ClientMethod.Jwt, "advisor"));
        var proof = first.Prove();
        (string, string)[] ask = [.. TestClient.Exchange(pair.First.AdviceToken(), TestClient.AccessTokenType, "risk-analyst", "risk.score"),
            ("client_assertion_type", TestClient.SpiffeAssertionType), ("client_assertion", first.JwtSvid)];
        Assert.Equal(200, (await first.PostProvenAsync("token", [proof], ask)).Status);

        Refused.Because(pair.Second, await second.PostProvenAsync("token", [proof], ask), 400, "invalid_dpop_proof", "dpop_proof_replayed");
        Assert.Equal(200, (await second.PostProvenAsync("token", [second.Prove()], ask)).Status);
    }

    [Fact]
    public async Task A_listener_at_one_instance_is_told_what_the_other_revokes()
    {
        await using var pair = await StartPairAsync();
        using var poll = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        var listening = pair.Second.ClientOf("trader").PostAsync("events/s", poll);

        Assert.Equal(200, (await pair.First.ClientOf("local").PostAsync("parties/advisor/disable")).Status);
        await pair.Second.Services.GetRequiredService<SecurityEventLog>().FollowAsync(TestContext.Current.CancellationToken);

        Assert.Single((await listening).Body["sets"]!.AsObject());
    }

    [Fact, Proves("T33")]
    public async Task An_instance_that_cannot_read_what_the_others_revoke_decides_nothing_until_it_can()
    {
        Assert.SkipWhen(cluster.Missing is not null, cluster.Missing ?? "");
        var database = await cluster.CreateDatabaseAsync();
        await using var server = await RunningServer.StartAsync(new() { Arguments = ["--Mesh:AuthServer:Database=postgresql", $"--Mesh:AuthServer:ConnectionString={database}", KeyEncryptionKey] });
        var (advisor, token) = (server.ClientOf("advisor"), server.AdviceToken());
        Assert.Equal(200, (await advisor.ExchangeAsync(token, "risk-analyst", "risk.score")).Status);
        await using var somebody = new NpgsqlConnection(database);
        await somebody.OpenAsync(TestContext.Current.CancellationToken);
        await using var holding = await somebody.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var locking = new NpgsqlCommand("LOCK TABLE \"SecurityEvents\" IN ACCESS EXCLUSIVE MODE", somebody, holding);
        await locking.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        server.Time.Advance(TimeSpan.FromSeconds(11));
        var refused = await advisor.ExchangeAsync(token, "risk-analyst", "risk.score");

        Assert.Equal((503, "temporarily_unavailable"), (refused.Status, refused.Error));
        Assert.Equal(503, (await server.ClientOf("local").GetAsync("parties")).Status);
        Assert.Equal((200, 200), ((await advisor.GetAsync("jwks")).Status, (await advisor.GetAsync(".well-known/oauth-authorization-server")).Status));
        await holding.RollbackAsync(TestContext.Current.CancellationToken);
        await server.Services.GetRequiredService<SecurityEventLog>().FollowAsync(TestContext.Current.CancellationToken);
        Assert.Equal(200, (await advisor.ExchangeAsync(token, "risk-analyst", "risk.score")).Status);
    }

    [Fact]
    public async Task A_shared_database_needs_a_shared_key_encryption_key()
    {
        Assert.SkipWhen(cluster.Missing is not null, cluster.Missing ?? "");
        var setup = new ServerSetup { Arguments = ["--Mesh:AuthServer:Database=postgresql", $"--Mesh:AuthServer:ConnectionString={await cluster.CreateDatabaseAsync()}"] };

        var refused = await Assert.ThrowsAsync<StartupException>(() => RunningServer.StartAsync(setup));

        Assert.Contains("Mesh:AuthServer:KeyEncryptionKey", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_is_one_clear_message()
    {
        var setup = new ServerSetup { Arguments = ["--Mesh:AuthServer:Database=postgresql", "--Mesh:AuthServer:ConnectionString=Host=127.0.0.1;Port=1;Username=mesh;Timeout=2", KeyEncryptionKey] };

        var refused = await Assert.ThrowsAsync<StartupException>(() => RunningServer.StartAsync(setup));

        Assert.Contains("PostgreSQL database of Mesh:AuthServer:ConnectionString cannot be opened", refused.Message, StringComparison.Ordinal);
    }

    private static string KeyEncryptionKey { get; } = $"--Mesh:AuthServer:KeyEncryptionKey={Convert.ToBase64String(Enumerable.Repeat((byte)7, 32).ToArray())}";

    private async Task<Pair> StartPairAsync()
    {
        Assert.SkipWhen(cluster.Missing is not null, cluster.Missing ?? "");
        var authority = new TestAuthority(TestMesh.TrustDomain);
        var setup = new ServerSetup
        {
            Authority = authority,
            Arguments = ["--Mesh:AuthServer:Database=postgresql", $"--Mesh:AuthServer:ConnectionString={await cluster.CreateDatabaseAsync()}", KeyEncryptionKey],
        };
        var servers = await Task.WhenAll(RunningServer.StartAsync(setup), RunningServer.StartAsync(setup with { DataDirectory = new TemporaryFolder() }));
        return new Pair(authority, servers[0], servers[1]);
    }

    private sealed record Pair(TestAuthority Authority, RunningServer First, RunningServer Second) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await First.DisposeAsync();
            await Second.DisposeAsync();
            Authority.Dispose();
        }
    }
}
