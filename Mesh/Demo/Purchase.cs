using AgentMesh.Auth;

namespace AgentMesh.Cli.Demo;

/// <summary>A purchase of the demo, the person's decision on it, and how it must end.</summary>
internal sealed record Purchase(string Name, string Question, bool Approve, Func<PurchaseOutcome, IReadOnlyList<AuditEvent>, bool> IsAsExpected)
{
    /// <summary>What the acting agent records when it decides on an order.</summary>
    private const string PlaceOrder = "place order";

    /// <summary>One approved and executed, one denied, and one that becomes another order once it is approved.</summary>
    public static IReadOnlyList<Purchase> All(Portfolio portfolio, string approver)
    {
        var symbol = portfolio.Holdings[0].Symbol;
        return
        [
            new("approved", $"Buy 10 {symbol} for {portfolio.Id}", Approve: true, (outcome, decisions) =>
                outcome is { Status: "executed", LedgerTransaction.Length: > 0 } && decisions is [{ Decision: "allow" }]),
            new("denied", $"Buy 20 {symbol} for {portfolio.Id}", Approve: false, (outcome, decisions) =>
                outcome.Status == "denied" && outcome.Detail?.Contains(approver, StringComparison.Ordinal) == true && decisions is []),
            new("altered after approval", $"Buy 10 {symbol} for {portfolio.Id}, and after it is approved make it 1000", Approve: true, (outcome, decisions) =>
                outcome is { Status: "refused", Reason: "quantity_not_approved" } && decisions is [{ Decision: "deny", Reason: "quantity_not_approved" }]),
        ];
    }

    /// <summary>The acting agent's own decisions among all of a trace.</summary>
    public static IReadOnlyList<AuditEvent> Decisions(IReadOnlyList<AuditEvent> trace, string callee) =>
        [.. trace.Where(e => e.Action == PlaceOrder && e.Party == callee)];
}
