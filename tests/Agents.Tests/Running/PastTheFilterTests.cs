using System.Text.Json;
using AgentMesh.Testing;

namespace AgentMesh.Agents.Tests.Running;

/// <summary>An Advisor that does not only believe what it reads, but runs somebody else's code: what its filter would refuse, the issuer and the callee refuse.</summary>
[Collection(nameof(RunningMesh))]
public sealed class PastTheFilterTests(RunningMesh mesh)
{
    private const string Proposal = """{"account":"port-abc","side":"buy","symbol":"MSFT","quantity":1}""";

    [Theory, Threat("T25", "T27")]
    [InlineData("place-order")]
    [InlineData("read-account")]
    public async Task With_the_token_that_the_agent_gets_the_callee_refuses_what_it_has_no_scope_for_and_records_it(string skill)
    {
        var answer = await CallAsync("trade.propose", skill, InjectionTests.Arguments[skill == "place-order" ? "place_order" : "get_account"]);

        Assert.Equal(("spiffe://agentmesh.local/agent/advisor", 200, 403), (Text(answer, "id"), answer.GetProperty("issued").GetInt32(), answer.GetProperty("called").GetInt32()));
        Assert.Contains("insufficient_scope", Text(answer, "refusal"), StringComparison.Ordinal);
        var denied = mesh.Journal("trader").Last(e => Text(e, "action") == $"skill {skill}");
        Assert.Equal(
            ("deny", "insufficient_scope", "spiffe://agentmesh.local/agent/advisor", "spiffe://agentmesh.local/operator/tester"),
            (Text(denied, "decision"), Text(denied, "reason"), Text(denied, "caller"), Text(denied, "subject")));

        Assert.Equal(200, (await CallAsync("trade.propose", "propose-order", Proposal)).GetProperty("called").GetInt32());
    }

    [Fact, Threat("T25", "T27")]
    public async Task The_scope_that_it_would_take_is_not_issued_without_a_person()
    {
        var answer = await CallAsync("trade.execute", "place-order", InjectionTests.Arguments["place_order"]);

        Assert.Equal((400, "invalid_scope", 0), (answer.GetProperty("issued").GetInt32(), Text(answer, "error"), answer.GetProperty("called").GetInt32()));
        var denied = mesh.Journal("auth-server").Last(e => Text(e, "decision") == "deny");
        Assert.Equal(("approval_required", "spiffe://agentmesh.local/agent/advisor"), (Text(denied, "reason"), Text(denied, "caller")));
    }

    [Fact, Threat("T19", "T25")]
    public async Task A_question_that_carries_no_reading_of_accounts_gets_it_no_token_for_that_and_one_that_does_gets_it_one()
    {
        const string Account = "account.read";
        var data = InjectionTests.Arguments["get_account"];

        var answer = await CallAsync(Account, "read-account", data);

        Assert.Equal((400, "invalid_request", 0), (answer.GetProperty("issued").GetInt32(), Text(answer, "error"), answer.GetProperty("called").GetInt32()));
        var denied = mesh.Journal("auth-server").Last(e => Text(e, "decision") == "deny");
        Assert.Equal(("not_serving", "spiffe://agentmesh.local/agent/advisor"), (Text(denied, "reason"), Text(denied, "caller")));

        // Without a scope it gets what the question justifies, which is not this either.
        answer = await CallAsync("", "read-account", data);
        Assert.Equal((200, 403), (answer.GetProperty("issued").GetInt32(), answer.GetProperty("called").GetInt32()));
        Assert.Contains("insufficient_scope", Text(answer, "refusal"), StringComparison.Ordinal);

        answer = await CallAsync(Account, "read-account", data, serving: $"portfolio.advise {Account}");
        Assert.Equal((200, 200), (answer.GetProperty("issued").GetInt32(), answer.GetProperty("called").GetInt32()));
    }

    private async Task<JsonElement> CallAsync(string scope, string skill, string data, string serving = "portfolio.advise") =>
        await mesh.CallPastTheFilterAsync(await mesh.TokenAsync("advisor", serving), scope, skill, data);

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
