using AgentMesh.Auth;
using AgentMesh.Cli.Approvals;
using AgentMesh.Cli.Attacks;
using AgentMesh.Cli.Output;
using AgentMesh.Cli.Processes;
using AgentMesh.Manifest;

namespace AgentMesh.Cli.Demo;

/// <summary>One question with its hops, then the attacks, the purchases that need a person, and an agent that is disabled mid-task.</summary>
internal sealed class DemoRun(RunningMesh mesh, Edge edge, OperatorSession session, Screen screen, ApprovalText text)
{
    private readonly Views _views = new(screen, mesh.Manifest.TrustDomain);

    /// <param name="question">What is asked; null for the demo's own.</param>
    /// <param name="portfolio">About which portfolio.</param>
    /// <param name="standIn">Acts in the person's place; null: a person decides, on what is asked later.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<DemoReport> RunAsync(string? question, Portfolio portfolio, StandIn? standIn, CancellationToken cancellationToken)
    {
        question ??= DefaultQuestion(portfolio);
        var (answer, hops) = await AskAsync(question, portfolio, cancellationToken);
        var attacks = await new AttackPlan(mesh, edge).RunAsync(cancellationToken);
        _views.Attacks(attacks);
        var purchases = standIn is null ? [] : await PurchaseAsync(portfolio, standIn.Desk, cancellationToken);
        var disabled = standIn is null ? null : await DisableAsync(portfolio, standIn, cancellationToken);

        return new DemoReport(
            mesh.Manifest.Path!,
            mesh.Operator.SpiffeId,
            question,
            answer,
            hops,
            attacks,
            purchases,
            disabled,
            StartMs: 0,
            HeldMegabytes: 0,
            [.. Problems(answer, hops, attacks, purchases), .. Problems(disabled)]);
    }

    /// <summary>Asks and shows what came back, and over which hops.</summary>
    public async Task<(Answer Answer, IReadOnlyList<AuditEvent> Hops)> AskAsync(string question, Portfolio? portfolio, CancellationToken cancellationToken)
    {
        var answer = await session.AskAsync(question, portfolio, cancellationToken, _views.Progress);
        _views.Answer(edge.Callee.Name, question, answer);
        var hops = new HopJournal(mesh.AuditDirectory).Read(answer.TraceId);
        _views.Hops(answer.TraceId, hops);
        return (answer, hops);
    }

    private async Task<IReadOnlyList<PurchaseResult>> PurchaseAsync(Portfolio portfolio, ApprovalDesk desk, CancellationToken cancellationToken)
    {
        if (PurchaseRun.ActsOnApproval(mesh, edge.Callee, portfolio) is not { } trader)
            return [];
        var run = new PurchaseRun(mesh, session, desk, text, trader);
        var results = new List<PurchaseResult>();
        foreach (var purchase in Purchase.All(portfolio, mesh.Operator.Name))
            results.Add(await run.RunAsync(purchase, portfolio, cancellationToken));
        _views.Purchases(results);
        return results;
    }

    private async Task<DisabledResult?> DisableAsync(Portfolio portfolio, StandIn standIn, CancellationToken cancellationToken)
    {
        if (PurchaseRun.ActsOnApproval(mesh, edge.Callee, portfolio) is null || !mesh.Operator.Permissions.Contains("revoke") || !HeldProcess.IsSupported)
            return null;
        var result = await new DisabledRun(mesh, session, standIn, edge.Callee).RunAsync(portfolio, cancellationToken);
        _views.Disabled(result);
        return result;
    }

    private static string DefaultQuestion(Portfolio portfolio) =>
        $"How risky is {portfolio.Id}? Draft an order that lowers the risk.";

    private static IEnumerable<string> Problems(
        Answer answer, IReadOnlyList<AuditEvent> hops, IReadOnlyList<AttackResult> attacks, IReadOnlyList<PurchaseResult> purchases)
    {
        if (answer.Text.Length == 0)
            yield return "the answer is empty";
        foreach (var failed in answer.FailedSteps)
            yield return $"the answer lacks what a tool was asked for, {failed}";
        if (hops.Count == 0)
            yield return "no journal holds an event of this trace";
        foreach (var attack in attacks.Where(attack => !attack.Refused))
            yield return $"{attack.Name} on {attack.Target} was not refused for its reason: {attack.Evidence}";
        foreach (var purchase in purchases.Where(purchase => !purchase.AsExpected))
            yield return $"the purchase \"{purchase.Question}\" ({purchase.Name}) ended as {purchase.Outcome?.Status ?? "nothing"} {purchase.Outcome?.Reason}: {purchase.Outcome?.Detail ?? purchase.Evidence}";
    }

    private static IEnumerable<string> Problems(DisabledResult? disabled) => disabled is null ? [] : disabled.Steps
        .Where(step => !step.AsExpected)
        .Select(step => $"{disabled.Agent}, disabled mid-task: {step.What} at {step.At}: {step.Evidence}");
}
