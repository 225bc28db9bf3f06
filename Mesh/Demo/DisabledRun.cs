using System.Diagnostics;
using AgentMesh.Cli.Approvals;
using AgentMesh.Cli.Live;
using AgentMesh.Manifest;

namespace AgentMesh.Cli.Demo;

/// <summary>
/// Disables the agent that is asked while it waits for a person, as an operator would, and shows who refuses it by the journals of those who do. The calls
/// that they refuse are its own: it is asked a question that takes all of its callees, while it is allowed, disabled and enabled again.
/// </summary>
/// <remarks>
/// Without its SVID it could not even try. So the Workload API stands still until the others have shown that they refuse what it holds, as where SPIRE issues, which
/// withdraws nothing; then it is seen to withdraw.
/// </remarks>
internal sealed class DisabledRun(RunningMesh mesh, OperatorSession session, StandIn person, Party agent)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);

    private readonly DisabledEvidence _evidence = new(mesh, agent);

    public async Task<DisabledResult> RunAsync(Portfolio portfolio, CancellationToken cancellationToken)
    {
        // Also finds its callees, which it could not do later, and gets the tokens that it holds then.
        var before = await session.AskAsync(Question(portfolio), portfolio, cancellationToken);
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var task = session.AskAsync($"Buy 10 {portfolio.Holdings[0].Symbol} for {portfolio.Id}", portfolio, abandoned.Token);
        try
        {
            return await person.Desk.ListAsync(Patience, cancellationToken) is [var approval, ..]
                ? await DisableAsync(portfolio, before, task, approval, cancellationToken)
                : new(agent.Name, [new("waits for a person", agent.Name, AsExpected: false, "nobody was asked")], null);
        }
        finally
        {
            await abandoned.CancelAsync();
            await Task.WhenAny(task);
        }
    }

    private async Task<DisabledResult> DisableAsync(Portfolio portfolio, Answer before, Task<Answer> task, WaitingApproval approval, CancellationToken cancellationToken)
    {
        List<DisabledStep> steps = [];
        double? heardAfter = null;
        var at = TimeProvider.System.GetUtcNow();
        try
        {
            using (person.HoldWorkloadApi?.Invoke())
            {
                await person.Connection.PostAsync($"parties/{agent.Name}/disable?reason=demo", cancellationToken);
                if (await UntilAsync(() => _evidence.HeardAt(at) is not null, cancellationToken))
                    heardAfter = (_evidence.HeardAt(at)!.Value - at).TotalMilliseconds;
                var refused = await session.AskAsync(Question(portfolio), portfolio, cancellationToken);
                steps.Add(_evidence.Exchange(refused.TraceId));
                steps.AddRange(agent.Calls.Values.Select(edge => _evidence.Call(edge, before.TraceId, refused.TraceId)));
                steps.Add(await ApproveAsync(task, approval, cancellationToken));
            }
            steps.Add(await WithdrawnAsync(at, cancellationToken));
        }
        finally
        {
            await EnableAsync(cancellationToken);
        }
        steps.Add(await AnswersAgainAsync(portfolio, cancellationToken));
        return new(agent.Name, steps, heardAfter);
    }

    /// <summary>Also when this is being ended: whoever is disabled stays so.</summary>
    private async Task EnableAsync(CancellationToken cancellationToken)
    {
        try
        {
            await person.Connection.PostAsync($"parties/{agent.Name}/enable?reason=demo", CancellationToken.None);
        }
        catch (MeshException) when (cancellationToken.IsCancellationRequested)
        {
            // The whole mesh ends, and with it who is disabled in it.
        }
    }

    /// <summary>The person approves all the same: the token must not be issued, and nothing bought.</summary>
    private async Task<DisabledStep> ApproveAsync(Task<Answer> task, WaitingApproval approval, CancellationToken cancellationToken)
    {
        var refusal = await person.Desk.DecideAsync(approval.Id, approve: true, cancellationToken);
        try
        {
            return _evidence.Approval(approval, refusal, await task.WaitAsync(Patience, cancellationToken));
        }
        catch (Exception e) when (e is MeshException or TimeoutException)
        {
            return new("the task that waited for a person, approved meanwhile", agent.Name, AsExpected: false, $"it did not end with an answer: {e.Message}");
        }
    }

    private async Task<DisabledStep> WithdrawnAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (person.HoldWorkloadApi is null)
            return new("its SVID", mesh.WorkloadApi, AsExpected: true, "not withdrawn: this Workload API is not the mesh's; with SPIRE delete the registration entry");
        ServedSvid? served = null;
        var withdrawn = await UntilAsync(
            async () => _evidence.IsWithdrawn(at) && (served = await ServeAsync(cancellationToken)) is { Peer: null }, cancellationToken);
        return new("its SVID", "service/workload-api", withdrawn, _evidence.Withdrawal(at) + (served is { Peer: null } ? "; it serves nobody any more" : "; it still serves with it"));
    }

    private async Task<DisabledStep> AnswersAgainAsync(Portfolio portfolio, CancellationToken cancellationToken)
    {
        Answer? answer = null;
        var failure = "it has no SVID";
        var answers = await UntilAsync(
            async () =>
            {
                if (await ServeAsync(cancellationToken) is { Peer: null })
                    return false;
                try
                {
                    answer = await session.AskAsync(Question(portfolio), portfolio, cancellationToken);
                    failure = string.Join("; ", answer.FailedSteps);
                    return answer.FailedSteps.Count == 0;
                }
                catch (MeshException e)
                {
                    failure = e.Message;
                    return false;
                }
            },
            cancellationToken);
        return new("the same question, once it is enabled", agent.Name, answers, answers ? _evidence.Answered(answer!.TraceId) : $"not answered: {failure}");
    }

    private Task<ServedSvid> ServeAsync(CancellationToken cancellationToken) =>
        ServedSvid.ReadAsync(agent, mesh.Agents[agent.Name], person.Connection.Source, cancellationToken);

    private static Task<bool> UntilAsync(Func<bool> reached, CancellationToken cancellationToken) => UntilAsync(() => Task.FromResult(reached()), cancellationToken);

    private static async Task<bool> UntilAsync(Func<Task<bool>> reached, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await reached())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
                return false;
            await Task.Delay(LookAgain, cancellationToken);
        }
        return true;
    }

    /// <summary>One that takes each of its callees.</summary>
    private static string Question(Portfolio portfolio) => $"How risky is {portfolio.Id}, how did its prices change, and draft an order that lowers the risk";
}
