using AgentMesh.Cli.Output;

namespace AgentMesh.Cli.Approvals;

/// <summary>Shows each request for approval as it comes, and keeps the one that the person at the terminal is asked about.</summary>
internal sealed class ApprovalWatch(IApprovalDesk desk, ApprovalText text, Screen screen, TimeProvider time)
{
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    // A request that takes the place of one that ended under the person's hands is read before it is decided on.
    private static readonly TimeSpan Reading = TimeSpan.FromSeconds(1);

    private readonly HashSet<string> _shown = [];
    private volatile WaitingApproval? _current;
    private long _ended;
    private long _readableFrom;

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
                Volatile.Write(ref _ended, time.GetTimestamp());
                screen.Line("that request for approval is over: decided elsewhere, or expired");
            }
            if (_current is null && waiting.FirstOrDefault(item => !_shown.Contains(item.Id)) is { } next)
            {
                _shown.Add(next.Id);
                var now = time.GetTimestamp();
                var replaces = Volatile.Read(ref _ended) is > 0 and var ended && time.GetElapsedTime(ended, now) < Reading;
                Volatile.Write(ref _readableFrom, replaces ? now + (long)(Reading.TotalSeconds * time.TimestampFrequency) : now);
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
    /// <param name="approve">What the person wants.</param>
    /// <param name="typedAt">When it was typed: what was typed before the current request could be read was meant for another.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task DecideAsync(bool approve, long typedAt, CancellationToken cancellationToken)
    {
        if (_current is not null && typedAt < Volatile.Read(ref _readableFrom))
        {
            screen.Line($"not taken, as this request had only just appeared: {Decision.Question}");
            return;
        }
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
