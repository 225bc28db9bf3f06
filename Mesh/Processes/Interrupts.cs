using System.Runtime.InteropServices;

namespace AgentMesh.Cli.Processes;

/// <summary>
/// Ctrl-C, SIGTERM, and the terminal's closing (SIGHUP). The first asks for an orderly end; the second ends at once what the
/// impatient user waits for.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _first = new();
    private readonly List<PosixSignalRegistration> _registrations;
    private Action? _atOnce;
    private int _count;

    public Interrupts() => _registrations =
    [
        .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }
            .Select(signal => PosixSignalRegistration.Create(signal, OnSignal)),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _first.Token;

    /// <summary>What the second signal does before the process exits.</summary>
    public void OnSecond(Action atOnce) => _atOnce = atOnce;

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _first.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _count) == 1)
        {
            // Not on the signal thread: what waits on the token runs here otherwise, and the second signal would have to wait.
            _ = _first.CancelAsync();
            return;
        }

        _atOnce?.Invoke();
        Environment.Exit(ExitCode.Interrupted);
    }
}
