using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;

namespace AgentMesh.AuthServer.Tests;

[Proves("RV1")]
public sealed class RevocationTests
{
    [Theory]
    [InlineData("advisor")]
    [InlineData("local")]
    public async Task The_client_of_a_token_and_operators_end_it(string party)
    {
        await using var server = await RunningServer.StartAsync();
        var token = server.Sign(server.Describe("local", "advisor", "trader", "trade.propose", "advisor"));

        var answer = await server.ClientOf(party).PostAsync("revoke", ("token", token), ("token_type_hint", "access_token"));

        Assert.Equal(200, answer.Status);
        Assert.Equal(("revocation", "allow", TestMesh.IdOf(party)), (server.Audit.Last.Kind, server.Audit.Last.Decision, server.Audit.Last.Caller));
        Assert.False((bool)(await server.ClientOf("trader").PostAsync("introspect", ("token", token))).Body["active"]!);
    }

    [Theory]
    [InlineData("trader")]
    [InlineData("risk-analyst")]
    [InlineData("guest")]
    public async Task Nobody_else_ends_it_or_learns_that_it_exists(string party)
    {
        await using var server = await RunningServer.StartAsync();
        var token = server.Sign(server.Describe("local", "advisor", "trader", "trade.propose", "advisor"));

        var answer = await server.ClientOf(party).PostAsync("revoke", ("token", token));
        var unknown = await server.ClientOf(party).PostAsync("revoke", ("token", "nonsense"));

        Assert.Equal((unknown.Status, unknown.Body.ToJsonString()), (answer.Status, answer.Body.ToJsonString()));
        Assert.Equal(200, answer.Status);
        Assert.True((bool)(await server.ClientOf("trader").PostAsync("introspect", ("token", token))).Body["active"]!);
    }

    [Fact]
    public async Task Revoking_needs_an_authenticated_client()
    {
        await using var server = await RunningServer.StartAsync();

        Refused.Because(server, await server.AnonymousClient().PostAsync("revoke", ("token", server.AdviceToken())), 401, "invalid_client", "no_client_credential");
    }

    [Fact]
    public async Task A_revocation_survives_a_restart()
    {
        using var folder = new TemporaryFolder();
        using var authority = new TestAuthority(TestMesh.TrustDomain);
        var setup = new ServerSetup { DataDirectory = folder, OwnsDataDirectory = false, Authority = authority };
        string token;
        await using (var server = await RunningServer.StartAsync(setup))
        {
            token = server.AdviceToken();
            await server.ClientOf("local").PostAsync("revoke", ("token", token));
        }

        await using var restarted = await RunningServer.StartAsync(setup);

        Refused.Because(restarted, await restarted.ClientOf("advisor").ExchangeAsync(token, "risk-analyst", "risk.score"), 400, "invalid_request", "subject_token_revoked");
    }
}
