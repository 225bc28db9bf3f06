using AgentMesh.Auth;
using AgentMesh.Cli.Approvals;
using AgentMesh.Manifest;

namespace AgentMesh.Cli.Demo;

/// <summary>Runs the purchases of the demo, and decides on each as the operator, over the same endpoints as anybody who approves.</summary>
internal sealed class PurchaseRun(RunningMesh mesh, OperatorSession session, ApprovalDesk desk, ApprovalText text, Party trader)
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

    /// <summary>The agent that acts only on a person's approval, among those that the asked agent calls; null when there is none to show.</summary>
    public static Party? ActsOnApproval(RunningMesh mesh, Party asked, Portfolio portfolio) =>
        mesh.Operator.Permissions.Contains("approve") && PortfolioFile.IsKnown(portfolio.Id, mesh.Manifest.Root)
            ? asked.Calls.Values.FirstOrDefault(edge => edge.Scopes.Count > edge.ScopesWithoutApproval.Count)?.Callee
            : null;

    public async Task<PurchaseResult> RunAsync(Purchase purchase, Portfolio portfolio, CancellationToken cancellationToken)
    {
        var asking = session.AskAsync(purchase.Question, portfolio, cancellationToken);
        var (shown, decision) = await DecideAsync(purchase, asking, cancellationToken);
        try
        {
            var answer = await asking;
            var trace = new HopJournal(mesh.AuditDirectory).Read(answer.TraceId);
            var decisions = Purchase.Decisions(trace, trader.SpiffeId);
            var asExpected = decision is not null && answer.Purchase is { } outcome && purchase.IsAsExpected(outcome, decisions);
            return new(purchase.Name, purchase.Question, shown, decision, asExpected, answer.Purchase, Evidence(decisions), answer.TraceId);
        }
        catch (MeshException e)
        {
            return new(purchase.Name, purchase.Question, shown, decision, AsExpected: false, null, e.Message, null);
        }
    }

    /// <summary>Waits until a person is asked, or the answer has come without.</summary>
    private async Task<(IReadOnlyList<string> Shown, string? Decision)> DecideAsync(Purchase purchase, Task<Answer> asking, CancellationToken cancellationToken)
    {
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waiting = desk.ListAsync(Wait, answered.Token);
        if (await Task.WhenAny(asking, waiting) == asking)
        {
            await answered.CancelAsync();
            return ([], null);
        }
        if (await waiting is not [var approval, ..])
            return ([], null);
        IReadOnlyList<string> shown = [.. text.Lines(approval)];
        var refusal = await desk.DecideAsync(approval.Id, purchase.Approve, cancellationToken);
        return (shown, refusal is null ? (purchase.Approve ? "approve" : "deny") : null);
    }

    private string Evidence(IReadOnlyList<AuditEvent> decisions) => decisions.Count == 0
        ? $"{trader.Name} was not asked to act"
        : string.Join("; ", decisions.Select(e => $"{trader.Name}: {e.Action} {e.Decision} {e.Reason}".TrimEnd()));
}
