using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using AgentMesh.Auth.AspNetCore;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace AgentMesh.Auth.Tests;

public sealed class ApprovedActionsTests : InboundTest
{
    private const string Approved = """[{"type":"trade.order","locations":["spiffe://agentmesh.local/agent/risk-analyst"],"account":"a-1","symbol":"MSFT","quantity":10}]""";

    private protected override void Configure(TestAgent.Setup setup) => setup.Endpoints = app => app.MapGet("/order", (string account, string symbol, int quantity) =>
    {
        var type = (JsonTypeInfo<Order>)JsonSerializerOptions.Web.GetTypeInfo(typeof(Order));
        return DelegationContext.Current!.Approved.Include("trade.order", new Order(account, symbol, quantity), type) ? Results.Ok() : Results.StatusCode(403);
    }).RequireScope("risk.score");

    [Theory, Proves("T27", "RA1")]
    [InlineData("account=a-1&symbol=MSFT&quantity=10", HttpStatusCode.OK)]
    [InlineData("account=a-2&symbol=MSFT&quantity=10", HttpStatusCode.Forbidden)]
    [InlineData("account=a-1&symbol=IBM&quantity=10", HttpStatusCode.Forbidden)]
    [InlineData("account=a-1&symbol=MSFT&quantity=11", HttpStatusCode.Forbidden)]
    public async Task Nothing_but_exactly_the_approved_action_passes(string order, HttpStatusCode expected) =>
        Assert.Equal(expected, (await Client.GetAsync($"/order?{order}", HonestToken(t => t.Claims["authorization_details"] = JsonNode.Parse(Approved)))).Status);

    [Theory, Proves("T27", "RA1")]
    [InlineData("""[]""")]
    [InlineData("""["trade.order"]""")]
    [InlineData("""[{"type":"trade.order"}]""")]
    [InlineData("""[{"type":"trade.other","account":"a-1","symbol":"MSFT","quantity":10}]""")]
    [InlineData("""[{"type":"trade.order","account":"a-1","symbol":"MSFT"}]""")]
    [InlineData("""[{"type":"trade.order","account":"a-1","symbol":"MSFT","quantity":10,"limit":5}]""")]
    [InlineData("""[{"type":"trade.order","account":"a-1","symbol":"MSFT","quantity":"10"}]""")]
    public async Task An_approval_of_something_else_approves_nothing(string details) =>
        Assert.Equal(HttpStatusCode.Forbidden, (await Client.GetAsync("/order?account=a-1&symbol=MSFT&quantity=10",
            HonestToken(t => t.Claims["authorization_details"] = JsonNode.Parse(details)))).Status);

    [Fact, Proves("T27")]
    public async Task Without_an_approval_nothing_is_approved() =>
        Assert.Equal(HttpStatusCode.Forbidden, (await Client.GetAsync("/order?account=a-1&symbol=MSFT&quantity=10", HonestToken())).Status);

    private sealed record Order(string Account, string Symbol, int Quantity);
}
