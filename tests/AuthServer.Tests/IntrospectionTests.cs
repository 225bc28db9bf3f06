using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;

namespace AgentMesh.AuthServer.Tests;

[Proves("RV1")]
public sealed class IntrospectionTests
{
    [Theory]
    [InlineData("trader")]
    [InlineData("advisor")]
    [InlineData("local")]
    public async Task The_audience_the_client_and_operators_see_what_a_token_says(string party)
    {
        await using var server = await RunningServer.StartAsync();
        var token = server.Describe("local", "advisor", "trader", "trade.propose", "advisor");

        var answer = await server.ClientOf(party).PostAsync("introspect", ("token", server.Sign(token)));

        Assert.Equal(200, answer.Status);
        Assert.True((bool)answer.Body["active"]!);
        Assert.Equal(TestMesh.Issuer, answer["iss"]);
        Assert.Equal((token.Subject, token.ClientId, token.Audience), (answer["sub"], answer["client_id"], answer["aud"]));
        Assert.Equal((token.Scope, token.Id, token.TransactionId), (answer["scope"], answer["jti"], answer["txn"]));
        Assert.Equal(token.Thumbprint, (string?)answer.Body["cnf"]!["x5t#S256"]);
        Assert.Equal(TestMesh.IdOf("advisor"), (string?)answer.Body["act"]!["sub"]);
        Assert.Equal(token.ExpiresAt.ToUnixTimeSeconds(), (long)answer.Body["exp"]!);
        Assert.Equal("no-store", answer.CacheControl);
    }

    [Theory]
    [InlineData("risk-analyst")]
    [InlineData("guest")]
    public async Task To_others_a_token_is_not_active(string party)
    {
        await using var server = await RunningServer.StartAsync();
        var token = server.Sign(server.Describe("local", "advisor", "trader", "trade.propose", "advisor"));

        var answer = await server.ClientOf(party).PostAsync("introspect", ("token", token));

        Assert.Equal((200, """{"active":false}"""), (answer.Status, answer.Body.ToJsonString()));
        Assert.Equal("not_a_party_to_token", server.Audit.Last.Reason);
    }

    [Fact]
    public async Task An_expired_token_is_not_active()
    {
        await using var server = await RunningServer.StartAsync();
        var token = server.AdviceToken();
        server.Time.Advance(TimeSpan.FromMinutes(5));

        var answer = await server.ClientOf("advisor").PostAsync("introspect", ("token", token));

        Assert.Equal("""{"active":false}""", answer.Body.ToJsonString());
    }

    [Fact]
    public async Task A_JWT_SVID_alone_may_ask()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");

        var answer = await server.AnonymousClient().PostAsync("introspect",
            ("token", server.AdviceToken()), ("client_assertion_type", TestClient.SpiffeAssertionType), ("client_assertion", advisor.JwtSvid));

        Assert.True((bool)answer.Body["active"]!);
    }
}
