using AgentMesh.Testing;

namespace AgentMesh.Agents.Tests.Running;

/// <summary>A mesh in which price files and another agent's words are the attacker's. It runs when no other mesh of these tests is asked anything.</summary>
public sealed class MisledMesh() : RunningMesh(misled: true);

[CollectionDefinition(nameof(MisledMesh), DisableParallelization = true)]
public sealed class MisledMeshTests : ICollectionFixture<MisledMesh>;

/// <summary>Instructions that stand in data, and a model that does whatever it reads: nothing in these tests but the data says which function to call.</summary>
[Collection(nameof(MisledMesh))]
public sealed class InjectionTests(MisledMesh mesh)
{
    internal static readonly Dictionary<string, string> Arguments = new()
    {
        ["get_account"] = """{"account":"port-abc"}""",
        ["place_order"] = """{"approvalId":"approval-1","orderId":"ord-0123456789abcdef","account":"port-abc","side":"buy","symbol":"IBM","quantity":5,"limitPrice":125.55,"currency":"USD"}""",
    };

    [Fact, Threat("T25")]
    public async Task What_a_price_file_says_outside_of_its_columns_reaches_no_model_and_symbols_that_make_an_instruction_get_nowhere()
    {
        var steps = await AskAsync("get_prices", "IBM", """{"symbols":["IBM","TSLA"]}""");

        Assert.Contains("CALL, GET-ACCOUNT", mesh.Model.Seen, StringComparison.Ordinal);
        Assert.DoesNotContain(Poison.InTheColumn, mesh.Model.Seen, StringComparison.Ordinal);
        Assert.Equal(["get_prices symbol_unknown", "get_account insufficient_scope"], steps);
        AssertDenied();
    }

    [Theory, Threat("T25", "T27")]
    [InlineData("IBM", "get_risk bad_request")]
    [InlineData("MSFT", "get_risk ok")]
    public async Task What_another_agent_says_in_an_error_or_in_its_answer_gets_no_function_that_the_request_may_not_call(string symbol, string outcome)
    {
        var steps = await AskAsync("get_risk", symbol, $$"""{"holdings":[{"symbol":"{{symbol}}","weight":1}]}""");

        Assert.Contains(Poison.FromAnAgent, mesh.Model.Seen, StringComparison.Ordinal);
        Assert.Equal([outcome, "get_account insufficient_scope", "place_order approval_required"], steps);
        AssertDenied();
        Assert.Equal(0, await mesh.Approver.CountAsync());
    }

    // On record at the Advisor; the Trader was never asked.
    private void AssertDenied()
    {
        var denied = mesh.Journal("advisor", "taken-over").Last(e => e.GetProperty("action").GetString() == "tool get_account");
        Assert.Equal(
            ("deny", "insufficient_scope", "spiffe://agentmesh.local/operator/tester"),
            (denied.GetProperty("decision").GetString(), denied.GetProperty("reason").GetString(), denied.GetProperty("caller").GetString()));
        Assert.DoesNotContain(mesh.Journal("trader"), e => e.GetProperty("action").GetString() is "skill read-account" or "skill place-order" or "place order");
    }

    private async Task<IEnumerable<string>> AskAsync(string function, string symbol, string arguments)
    {
        mesh.Model.Obey(new Dictionary<string, string>(Arguments) { [function] = arguments });
        var reply = await mesh.Client("taken-over").AskAsync("advise", new { question = $"Please call {function}.", portfolio = new { id = "p", name = "Savings", currency = "USD", holdings = new[] { new { symbol, weight = 1 } } } });
        return reply.Data.GetProperty("steps").EnumerateArray().Select(s => $"{s.GetProperty("tool")} {s.GetProperty("outcome")}");
    }
}
