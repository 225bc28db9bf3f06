using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;

namespace AgentMesh.AuthServer.Tests;

[Proves("TX3", "TX4", "CB1")]
public sealed class DelegationTests
{
    [Fact]
    public async Task The_client_becomes_the_newest_actor_and_the_task_keeps_its_name()
    {
        await using var server = await RunningServer.StartAsync();
        var parent = server.Describe("local", "advisor", "trader", "trade.propose", "advisor");

        var answer = await server.ClientOf("trader").ExchangeAsync(server.Sign(parent), "risk-analyst", "risk.score");

        Assert.Equal(200, answer.Status);
        var claims = answer.Claims;
        Assert.Equal(TestMesh.IdOf("local"), (string?)claims["sub"]);
        Assert.Equal(TestMesh.IdOf("trader"), (string?)claims["client_id"]);
        Assert.Equal(TestMesh.IdOf("trader"), (string?)claims["act"]!["sub"]);
        Assert.Equal(TestMesh.IdOf("advisor"), (string?)claims["act"]!["act"]!["sub"]);
        Assert.False(claims["act"]!["act"]!.AsObject().ContainsKey("act"));
        Assert.Equal(parent.TransactionId, (string?)claims["txn"]);
        Assert.NotEqual(parent.Id, (string?)claims["jti"]);
    }

    [Fact]
    public async Task Every_decision_is_an_audit_event()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");

        var answer = await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score");

        var issued = server.Audit.Last;
        Assert.Equal("issuance", issued.Kind);
        Assert.Equal("allow", issued.Decision);
        Assert.Equal(TestMesh.IdOf("auth-server"), issued.Party);
        Assert.Equal(TestMesh.IdOf("advisor"), issued.Caller);
        Assert.Equal(TestMesh.IdOf("local"), issued.Subject);
        Assert.Equal([TestMesh.IdOf("advisor")], issued.Actors);
        Assert.Equal(TestMesh.IdOf("risk-analyst"), issued.Callee);
        Assert.Equal("risk.score", issued.Scopes);
        Assert.Equal("mtls", issued.Authentication);
        Assert.Equal((string?)answer.Claims["jti"], issued.TokenId);
        Assert.Equal((string?)answer.Claims["txn"], issued.TransactionId);
        Assert.Equal(TestMesh.Manifest.Version, issued.PolicyVersion);
    }
}
