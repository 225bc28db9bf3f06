using System.Text.Json;
using AgentMesh.Cli.Approvals;
using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.Mesh.Tests;

/// <summary>What a person is shown is what would be done, not what the asking agent says of it.</summary>
public sealed class ApprovalTextTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ApprovalText Text = new("agentmesh.local", new FakeTimeProvider(Now));

    [Fact]
    public void A_hijacked_agent_cannot_word_what_is_approved()
    {
        var approval = Approval("""[{"type":"urn:agentmesh:order","side":"buy","quantity":100000,"symbol":"MSFT","account":"port-abc","limitPrice":28.8,"currency":"USD"}]""", "Buy 1 MSFT");

        Assert.Equal(
            "advisor asks, for operator/local: trader will buy 100000 MSFT for the account port-abc, at 28.8 USD a share or less: at most 2880000.00 USD [trade.execute]",
            Text.Summary(approval));
        var shown = Text.Lines(approval).ToList();
        Assert.Equal("  trader will buy 100000 MSFT for the account port-abc, at 28.8 USD a share or less: at most 2880000.00 USD", shown[1]);
        Assert.Equal("  advisor says: \"Buy 1 MSFT\"", Assert.Single(shown, line => line.Contains("Buy 1 MSFT", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_is_no_order_is_shown_member_by_member()
    {
        var approval = Approval("""[{"type":"transfer","amount":5,"to":"DE02","locations":["trader"]}]""", "a small thing");

        Assert.Equal("do what is called transfer (amount 5, to DE02)", ApprovalText.What(approval));
    }

    [Theory]
    [InlineData("Buy 1\n  trader will buy 1 MSFT")]
    [InlineData("Buy 1\r\u001b[2Kapproved")]
    [InlineData("Buy 1 \u202e000001")]
    public void The_agents_words_stay_in_their_line(string words)
    {
        var line = Assert.Single(Text.Lines(Approval("[]", words)), line => line.StartsWith("  advisor says: ", StringComparison.Ordinal));

        Assert.DoesNotContain(line, c => char.IsControl(c) || c == '\u202e');
    }

    private static WaitingApproval Approval(string details, string words) => new(
        "id", "spiffe://agentmesh.local/agent/advisor", "spiffe://agentmesh.local/agent/trader", "trade.execute", "spiffe://agentmesh.local/operator/local", [], "txn", words,
        JsonSerializer.Deserialize<JsonElement>(details), Now, Now + TimeSpan.FromMinutes(2));
}
