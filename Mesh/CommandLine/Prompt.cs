using AgentMesh.Cli.Approvals;
using AgentMesh.Cli.Demo;
using AgentMesh.Cli.Output;
using Spectre.Console;

namespace AgentMesh.Cli.CommandLine;

/// <summary>Keeps the mesh up: for questions and approvals on a terminal, else until a signal.</summary>
internal sealed class Prompt(DemoRun demo, ApprovalWatch approvals, Screen screen, TimeProvider time)
{
    /// <returns>True when the user ended it; the value means nothing else.</returns>
    public async Task<bool> RunAsync(Portfolio portfolio, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = approvals.RunAsync(HowToDecide, ended.Token);
        try
        {
            if (screen.IsTerminal)
                await Task.WhenAny(AskAsync(portfolio, ended.Token), watch).Unwrap();
            else
                await WaitAsync(watch);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how this is meant to end.
        }
        finally
        {
            await ended.CancelAsync();
        }

        return true;
    }

    private string HowToDecide(WaitingApproval approval) => screen.IsTerminal
        ? Decision.Question
        : $"decide with `mesh approve {Printable.Line(approval.Id)}` or `mesh deny {Printable.Line(approval.Id)}`";

    private async Task WaitAsync(Task watch)
    {
        screen.Line();
        screen.Line("the mesh is up; ask it with `mesh ask`, end it with Ctrl-C");
        await watch;
    }

    private async Task AskAsync(Portfolio portfolio, CancellationToken cancellationToken)
    {
        screen.Line();
        screen.Line($"the mesh is up; type a question, such as: Buy 10 {portfolio.Holdings[0].Symbol} for {portfolio.Id}. End it with Ctrl-C");
        var lines = new TerminalLines(time);
        // Questions are answered beside the reading of lines, one after the other: an answer may wait for an approval that is typed here.
        var answering = Task.CompletedTask;
        Ready();
        while (await lines.NextAsync(cancellationToken) is { } line)
        {
            if (approvals.Current is not null)
                await DecideAsync(line, cancellationToken);
            else if (!string.IsNullOrWhiteSpace(line.Text))
                answering = AnswerAsync(line.Text, portfolio, answering, cancellationToken);
            else if (answering.IsCompleted)
                Ready();
        }
    }

    private void Ready() => screen.Results.Write(new Text("> "));

    private async Task DecideAsync(TypedLine line, CancellationToken cancellationToken)
    {
        try
        {
            if (Decision.Parse(line.Text) is { } approve)
                await approvals.DecideAsync(approve, line.At, cancellationToken);
            else
                screen.Line($"a request for approval waits: {Decision.Question}");
        }
        catch (MeshException e)
        {
            screen.Error(e.Message);
        }
    }

    private async Task AnswerAsync(string question, Portfolio portfolio, Task before, CancellationToken cancellationToken)
    {
        await before;
        try
        {
            await demo.AskAsync(question, portfolio, cancellationToken);
        }
        catch (MeshException e)
        {
            screen.Error(e.Message);
        }
        Ready();
    }
}
