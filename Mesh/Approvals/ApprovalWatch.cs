using AgentMesh.Cli.Output;

namespace AgentMesh.Cli.Approvals;

/// <summary>Shows each request for approval as it comes, and keeps the one that the person at the terminal is asked about.</summary>
internal sealed class ApprovalWatch(ApprovalDesk desk, ApprovalText text, Screen screen, TimeProvider time)
{
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    private readonly HashSet<string> _shown = [];
    private volatile WaitingApproval? _current;

    /// <summary>What the next line that is typed decides on; null when nothing waits.</summary>
    public WaitingApproval? Current => _current;

    /// <summary>Runs until it is cancelled.</summary>
    /// <param name="question">Printed after a request for approval: how to answer it.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public async Task RunAsync(Func<WaitingApproval, string> question, CancellationToken cancellationToken)
    {
        while (true)
        {
            IReadOnlyList<WaitingApproval> waiting;
            try
            {
                waiting = await desk.ListAsync(LongPoll, cancellationToken);
            }
            catch (MeshException e)
            {
                screen.Error(e.Message);
                waiting = [];
            }
            if (_current is { } current && waiting.All(item => item.Id != current.Id))
            {
                _current = null;
                screen.Line("that request for approval is over: decided elsewhere, or expired");
            }
            if (_current is null && waiting.FirstOrDefault(item => !_shown.Contains(item.Id)) is { } next)
            {
                _shown.Add(next.Id);
                _current = next;
                Show(next, question(next));
            }
            else
            {
                await Task.Delay(LookAgain, time, cancellationToken);
            }
        }
    }

    /// <summary>Decides on the current one, and says what came of it.</summary>
    public async Task DecideAsync(bool approve, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _current, null) is not { } decided)
            return;
        var refusal = await desk.DecideAsync(decided.Id, approve, cancellationToken);
        screen.Line(refusal is null ? (approve ? "approved" : "denied") : $"not decided: {Printable.Line(refusal)}");
    }

    private void Show(WaitingApproval approval, string question)
    {
        screen.Line();
        foreach (var line in text.Lines(approval))
            screen.Line(line);
        screen.Line(question);
    }
}
