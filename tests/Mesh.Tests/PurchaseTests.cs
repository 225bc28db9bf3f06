using System.Text.Json;

namespace AgentMesh.Mesh.Tests;

/// <summary>What the demo shows of purchases that need a person.</summary>
public sealed class PurchaseTests(DemoFixture demo)
{
    [Fact]
    public void Three_purchases_are_shown_and_each_went_as_it_must()
    {
        var purchases = demo.Report.GetProperty("purchases").EnumerateArray().ToList();

        Assert.Equal(["approved", "denied", "altered after approval"], purchases.Select(p => p.GetProperty("name").GetString()));
        Assert.All(purchases, purchase => Assert.True(purchase.GetProperty("asExpected").GetBoolean(), demo.Printed));
    }

    [Fact]
    public void The_approved_one_was_executed_and_stands_in_the_ledger()
    {
        var purchase = Purchase("approved");

        Assert.Equal(("approve", "executed"), (Text(purchase, "decision"), Text(Outcome(purchase), "status")));
        Assert.StartsWith("tx-", Text(Outcome(purchase), "ledgerTransaction"), StringComparison.Ordinal);
        Assert.Equal("trader: place order allow", Text(purchase, "evidence"));
    }

    [Fact]
    public void The_denied_one_was_not_and_it_is_said_who_denied_it()
    {
        var purchase = Purchase("denied");

        Assert.Equal(("deny", "denied", "operator local denied it."), (Text(purchase, "decision"), Text(Outcome(purchase), "status"), Text(Outcome(purchase), "detail")));
        Assert.Equal("trader was not asked to act", Text(purchase, "evidence"));
    }

    [Fact]
    public void The_one_altered_after_its_approval_was_refused_by_the_trader()
    {
        var purchase = Purchase("altered after approval");

        Assert.Equal(("approve", "refused", "quantity_not_approved"), (Text(purchase, "decision"), Text(Outcome(purchase), "status"), Text(Outcome(purchase), "reason")));
        Assert.Equal("trader: place order deny quantity_not_approved", Text(purchase, "evidence"));
    }

    [Fact]
    public void The_person_is_shown_what_will_be_done_in_plain_words()
    {
        var shown = Purchase("approved").GetProperty("shown").EnumerateArray().Select(line => line.GetString()!.Trim()).ToList();

        Assert.Equal("advisor asks for your approval, on behalf of operator/local", shown[0]);
        Assert.Equal("trader will buy 10 MSFT for the account port-abc, at 28.8 USD a share or less: at most 288.00 USD", shown[1]);
        Assert.Contains("it takes the scope trade.execute, once", shown);
        Assert.Contains("advisor says: \"Buy 10 MSFT at 28.80 USD for port-abc\"", shown);
        Assert.Matches(@"^expires at \d\d:\d\d:\d\d, in 1[12]\d s$", shown[^1]);
    }

    private JsonElement Purchase(string name) => Assert.Single(demo.Report.GetProperty("purchases").EnumerateArray(), p => Text(p, "name") == name);

    private static JsonElement Outcome(JsonElement purchase) => purchase.GetProperty("outcome");

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
