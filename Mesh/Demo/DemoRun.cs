using AgentMesh.Auth;
using AgentMesh.Cli.Attacks;
using AgentMesh.Cli.Output;
using AgentMesh.Manifest;

namespace AgentMesh.Cli.Demo;

/// <summary>One question with its hops, then the attacks.</summary>
internal sealed class DemoRun(RunningMesh mesh, Edge edge, OperatorSession session, Screen screen)
{
    private readonly Views _views = new(screen, mesh.Manifest.TrustDomain);

    public async Task<DemoReport> RunAsync(string? question, Portfolio portfolio, CancellationToken cancellationToken)
    {
        question ??= DefaultQuestion(portfolio);
        var (answer, hops) = await AskAsync(question, portfolio, cancellationToken);
        var attacks = await new AttackPlan(mesh, edge).RunAsync(cancellationToken);
        _views.Attacks(attacks);

        return new DemoReport(
            mesh.Manifest.Path!,
            mesh.Operator.SpiffeId,
            question,
            answer,
            hops,
            attacks,
            StartMs: 0,
            HeldMegabytes: 0,
            [.. Problems(answer, hops, attacks)]);
    }

    /// <summary>Asks and shows what came back, and over which hops.</summary>
    public async Task<(Answer Answer, IReadOnlyList<AuditEvent> Hops)> AskAsync(string question, Portfolio portfolio, CancellationToken cancellationToken)
    {
        var answer = await session.AskAsync(question, portfolio, cancellationToken);
        _views.Answer(edge.Callee.Name, question, answer);
        var hops = new HopJournal(mesh.AuditDirectory).Read(answer.TraceId);
        _views.Hops(answer.TraceId, hops);
        return (answer, hops);
    }

    private static string DefaultQuestion(Portfolio portfolio) =>
        $"How risky is {portfolio.Id}? Draft an order that lowers the risk.";

    private static IEnumerable<string> Problems(Answer answer, IReadOnlyList<AuditEvent> hops, IReadOnlyList<AttackResult> attacks)
    {
        if (answer.Text.Length == 0)
            yield return "the answer is empty";
        foreach (var failed in answer.FailedSteps)
            yield return $"the answer lacks what a tool was asked for, {failed}";
        if (hops.Count == 0)
            yield return "no journal holds an event of this trace";
        foreach (var attack in attacks.Where(attack => !attack.Refused))
            yield return $"{attack.Name} on {attack.Target} was not refused for its reason: {attack.Evidence}";
    }
}
