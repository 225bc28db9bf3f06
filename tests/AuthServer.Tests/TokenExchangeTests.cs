using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;

namespace AgentMesh.AuthServer.Tests;

[Proves("TX1", "TX3", "TX4", "CB1", "AT1")]
public sealed class TokenExchangeTests
{
    [Fact]
    public async Task An_operator_begins_a_task_with_its_own_identity()
    {
        await using var server = await RunningServer.StartAsync();
        var local = server.ClientOf("local");

        var answer = await local.ExchangeOwnSvidAsync("advisor", "portfolio.advise");

        Assert.Equal(200, answer.Status);
        Assert.Equal("urn:ietf:params:oauth:token-type:access_token", answer["issued_token_type"]);
        Assert.Equal("Bearer", answer["token_type"]);
        Assert.Equal("portfolio.advise", answer["scope"]);
        Assert.InRange((int)answer.Body["expires_in"]!, 1, 300);
        Assert.Equal("no-store", answer.CacheControl);
        Assert.False(answer.Body.ContainsKey("refresh_token"));
    }

    [Fact]
    public async Task A_token_says_who_may_use_it_where_and_for_whom()
    {
        await using var server = await RunningServer.StartAsync();
        var local = server.ClientOf("local");

        var answer = await local.ExchangeOwnSvidAsync("advisor", "portfolio.advise");

        var header = Jwt.Header(answer.Token);
        Assert.Equal("ES256", (string?)header["alg"]);
        Assert.Equal("at+jwt", (string?)header["typ"]);
        var claims = answer.Claims;
        Assert.Equal(TestMesh.Issuer, (string?)claims["iss"]);
        Assert.Equal(TestMesh.IdOf("local"), (string?)claims["sub"]);
        Assert.Equal(TestMesh.IdOf("local"), (string?)claims["client_id"]);
        Assert.Equal(TestMesh.IdOf("advisor"), (string?)claims["aud"]);
        Assert.Equal("portfolio.advise", (string?)claims["scope"]);
        Assert.Equal(local.Svid!.Thumbprint, (string?)claims["cnf"]!["x5t#S256"]);
        Assert.Equal(300, (long)claims["exp"]! - (long)claims["iat"]!);
        Assert.NotEqual((string?)claims["jti"], (string?)claims["txn"]);
        Assert.False(claims.ContainsKey("act"));
    }
}
