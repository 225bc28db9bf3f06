using System.Globalization;
using System.Text.Json;
using AgentMesh.Testing;
using Microsoft.Data.Sqlite;

namespace AgentMesh.Agents.Tests.Running;

/// <summary>From the question to the ledger: proposed by the Trader, asked for by the Advisor, decided by a person, compared by the Trader.</summary>
[Collection(nameof(RunningMesh))]
[Threat("T27"), Proves("CI1", "RA1", "AI6")]
public sealed class PurchaseTests(RunningMesh mesh)
{
    private IReadOnlyList<string> _heard = [];

    [Fact]
    public async Task What_a_person_approves_is_executed_and_stands_in_the_ledger()
    {
        var before = await AccountAsync();
        var asking = AskAsync("advisor", "Buy 10 MSFT for port-abc");
        var shown = await mesh.Approver.DecideAsync("approve");
        var answer = await asking;

        var detail = Assert.Single(shown.GetProperty("authorizationDetails").EnumerateArray());
        Assert.Equal(("buy", "MSFT", 10, "port-abc", 28.8m), (Text(detail, "side"), Text(detail, "symbol"), detail.GetProperty("quantity").GetInt32(), Text(detail, "account"), detail.GetProperty("limitPrice").GetDecimal()));
        Assert.Equal(("spiffe://agentmesh.local/agent/advisor", "spiffe://agentmesh.local/agent/trader", "spiffe://agentmesh.local/operator/tester"), (Text(shown, "client"), Text(shown, "callee"), Text(shown, "subject")));
        Assert.Equal("Buy 10 MSFT at 28.80 USD for port-abc", Text(shown, "bindingMessage"));
        Assert.Contains(_heard, line => line.StartsWith("advisor waits for an approval: Buy 10 MSFT at 28.80 USD for port-abc. The operator tester must decide until ", StringComparison.Ordinal) && line.EndsWith($"(approval {Text(shown, "id")}).", StringComparison.Ordinal));
        var purchase = answer.GetProperty("purchase");
        Assert.Equal("executed", Text(purchase, "status"));
        Assert.Equal(["propose_order ok", "ask_for_approval ok", "place_order ok"], Steps(answer));
        Assert.Contains($"An order executed: ledger transaction {Text(purchase, "ledgerTransaction")}", Text(answer, "answer"), StringComparison.Ordinal);
        var after = await AccountAsync();
        Assert.Equal((before.Cash - 288m, before.Msft + 10), after);
        Assert.Contains(Decisions(), e => Text(e, "decision") == "allow");
    }

    [Fact]
    public async Task What_a_person_denies_is_not_executed_and_it_is_said_who_denied_it()
    {
        var before = await AccountAsync();
        var asking = AskAsync("advisor", "Buy 10 MSFT for port-abc");
        await mesh.Approver.DecideAsync("deny");
        var answer = await asking;

        Assert.Equal(("denied", "operator tester denied it."), (Text(answer.GetProperty("purchase"), "status"), Text(answer.GetProperty("purchase"), "detail")));
        Assert.Equal(["propose_order ok", "ask_for_approval access_denied"], Steps(answer));
        Assert.Contains("operator tester denied it", Text(answer, "answer"), StringComparison.Ordinal);
        Assert.Equal(before, await AccountAsync());
    }

    [Fact]
    public async Task An_order_made_larger_after_its_approval_is_refused_by_the_trader()
    {
        var before = await AccountAsync();
        var asking = AskAsync("advisor", "Buy 10 MSFT for port-abc, and after it is approved make it 1000");
        var shown = await mesh.Approver.DecideAsync("approve");
        var answer = await asking;

        Assert.Equal(10, shown.GetProperty("authorizationDetails")[0].GetProperty("quantity").GetInt32());
        AssertRefused(answer, "quantity");
        Assert.Equal(before, await AccountAsync());
    }

    [Theory]
    [InlineData("quantity", "\"quantity\":11")]
    [InlineData("symbol", "\"symbol\":\"IBM\"")]
    [InlineData("account", "\"account\":\"port-xyz\"")]
    [InlineData("side", "\"side\":\"sell\"")]
    [InlineData("limit_price", "\"limitPrice\":999")]
    [InlineData("currency", "\"currency\":\"EUR\"")]
    [InlineData("order_id", "\"orderId\":\"ord-0000000000000000\"")]
    public async Task An_order_changed_in_any_field_after_its_approval_is_refused_by_the_trader(string field, string change)
    {
        var before = await AccountAsync();
        mesh.Model.Script(
            new("orders_propose_order", """{"account":"port-abc","side":"buy","symbol":"MSFT","quantity":10}"""),
            new("orders_ask_for_approval", """{"orderId":"{order}"}"""),
            new("orders_place_order", Changed(change)),
            new(null, "Done."));
        var asking = AskAsync("taken-over", "Buy");
        await mesh.Approver.DecideAsync("approve");

        AssertRefused(await asking, field);
        Assert.Equal(before, await AccountAsync());
    }

    [Fact]
    public async Task An_approval_is_good_for_one_order_and_no_credential_is_in_what_the_model_sees()
    {
        var before = await AccountAsync();
        mesh.Model.Script(
            new("orders_propose_order", """{"account":"port-abc","side":"buy","symbol":"MSFT","quantity":10}"""),
            new("orders_ask_for_approval", """{"orderId":"{order}"}"""),
            new("orders_place_order", Changed("")),
            new("orders_place_order", Changed("")),
            new(null, "Done."));
        var asking = AskAsync("taken-over", "Buy");
        await mesh.Approver.DecideAsync("approve");

        Assert.Equal(["propose_order ok", "ask_for_approval ok", "place_order ok", "place_order approval_used"], Steps(await asking));
        Assert.Equal((before.Cash - 288m, before.Msft + 10), await AccountAsync());
        Assert.Contains("approval-1", mesh.Model.Seen, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", mesh.Model.Seen, StringComparison.Ordinal);
    }

    [Fact, Proves("AI8")]
    public async Task An_order_that_fails_in_the_ledger_is_on_record_as_not_placed()
    {
        var before = await AccountAsync();
        using var ledger = new SqliteConnection($"Data Source={mesh.LedgerPath}");
        ledger.Open();
        Execute("CREATE TRIGGER broken BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");
        try
        {
            var asking = AskAsync("advisor", "Buy 10 MSFT for port-abc");
            await mesh.Approver.DecideAsync("approve");
            await asking;
        }
        finally
        {
            Execute("DROP TRIGGER broken");
        }

        var decision = Decisions().Last();
        Assert.Equal(("deny", "execution_failed", "order_not_placed", "high"), (Text(decision, "decision"), Text(decision, "reason"), Text(decision, "remediation"), Text(decision, "risk")));
        Assert.StartsWith("SVID of agentmesh.local, valid until ", Text(decision, "posture"), StringComparison.Ordinal);
        Assert.Equal(before, await AccountAsync());

        void Execute(string sql)
        {
            using var command = new SqliteCommand(sql, ledger);
            command.ExecuteNonQuery();
        }
    }

    [Fact]
    public async Task What_was_not_proposed_is_not_asked_about()
    {
        mesh.Model.Script(new("orders_ask_for_approval", """{"orderId":"ord-0000000000000000"}"""), new(null, "Done."));

        Assert.Equal(["ask_for_approval not_proposed"], Steps(await AskAsync("taken-over", "Buy")));
        Assert.Equal(0, await mesh.Approver.CountAsync());
    }

    [Theory]
    [InlineData("advisor-and-account", true)]
    [InlineData("advisor", false)]
    public async Task An_order_that_the_account_cannot_pay_for_is_not_put_to_a_person_and_who_may_read_the_account_is_told_what_it_has(string advisor, bool told)
    {
        var has = (await AccountAsync()).Cash.ToString("0.00##", CultureInfo.InvariantCulture);

        var answer = await AskAsync(advisor, "Buy 900000 MSFT for port-abc");

        Assert.Equal(["propose_order insufficient_cash"], Steps(answer));
        Assert.Contains("more than the account has", Text(answer, "answer"), StringComparison.Ordinal);
        Assert.Equal(told, Text(answer, "answer")!.Contains($"The account has {has} USD", StringComparison.Ordinal));
        Assert.Equal(told, answer.GetRawText().Contains(has, StringComparison.Ordinal));
        Assert.Equal(0, await mesh.Approver.CountAsync());
    }

    private void AssertRefused(JsonElement answer, string field)
    {
        Assert.Equal(["propose_order ok", "ask_for_approval ok", $"place_order {field}_not_approved"], Steps(answer));
        var purchase = answer.GetProperty("purchase");
        Assert.Equal(("refused", $"{field}_not_approved"), (Text(purchase, "status"), Text(purchase, "reason")));
        Assert.Contains("not the one that was approved", Text(purchase, "detail"), StringComparison.Ordinal);
        var decision = Decisions().Last();
        Assert.Equal(("deny", $"{field}_not_approved", "spiffe://agentmesh.local/agent/advisor", "spiffe://agentmesh.local/operator/tester"), (Text(decision, "decision"), Text(decision, "reason"), Text(decision, "caller"), Text(decision, "subject")));
    }

    private static string Changed(string change)
    {
        var order = """{"approvalId":"{approval}","orderId":"{order}","account":"port-abc","side":"buy","symbol":"MSFT","quantity":10,"limitPrice":28.8,"currency":"USD"}""";
        return change.Length == 0 ? order : System.Text.RegularExpressions.Regex.Replace(order, change[..(change.IndexOf(':') + 1)] + "(\"[^\"]*\"|[0-9.]+)", change.Replace("$", "$$"));
    }

    private IEnumerable<JsonElement> Decisions() => mesh.Journal("trader").Where(e => Text(e, "action") == "place order");

    private async Task<(decimal Cash, long Msft)> AccountAsync()
    {
        var account = (await mesh.Client("account").AskAsync("read-account", new { account = "port-abc" })).Data;
        return (account.GetProperty("cash").GetDecimal(), account.GetProperty("positions").EnumerateArray().Where(p => Text(p, "symbol") == "MSFT").Sum(p => p.GetProperty("quantity").GetInt64()));
    }

    private async Task<JsonElement> AskAsync(string advisor, string question)
    {
        var reply = await mesh.Client(advisor).AskAsync("advise", new { question, portfolio = new { id = "port-abc", name = "One", currency = "USD", holdings = new[] { new { symbol = "MSFT", weight = 1 } } } });
        _heard = reply.Heard;
        return reply.Data;
    }

    private static IEnumerable<string> Steps(JsonElement answer) => answer.GetProperty("steps").EnumerateArray().Select(s => $"{Text(s, "tool")} {Text(s, "outcome")}");

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
