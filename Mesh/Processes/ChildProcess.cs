using System.Diagnostics;

namespace AgentMesh.Cli.Processes;

/// <summary>
/// One running part of the mesh. Its standard input is a pipe that only this process holds: the child ends when the pipe does,
/// be it closed on purpose or by this process's death.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan KillGrace = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly ChildLog _log;

    private ChildProcess(ChildSpec spec, Process process, ChildLog log)
    {
        Spec = spec;
        _process = process;
        _log = log;
        Id = process.Id;
        Ended = process.WaitForExitAsync();
    }

    public ChildSpec Spec { get; }

    public int Id { get; }

    /// <summary>Completes when the process has ended and its output has been written.</summary>
    public Task Ended { get; }

    public bool HasEnded => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <exception cref="MeshException">The executable is missing or cannot be run.</exception>
    public static ChildProcess Start(ChildSpec spec)
    {
        if (!File.Exists(spec.Executable))
            throw MeshException.BadInput($"{spec.Name} is not built: {spec.Executable} does not exist. Run `dotnet build {spec.WorkingDirectory}`.");

        var start = new ProcessStartInfo(spec.Executable)
        {
            WorkingDirectory = spec.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in spec.Environment)
            start.Environment[key] = value;

        var log = new ChildLog(spec.LogFile);
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, e) => log.Write(e.Data);
        process.ErrorDataReceived += (_, e) => log.Write(e.Data);
        try
        {
            process.Start();
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            process.Dispose();
            log.Dispose();
            throw MeshException.BadInput($"{spec.Name} cannot be started: {spec.Executable}: {e.Message}", e);
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new ChildProcess(spec, process, log);
    }

    /// <summary>Asks the child to end, without waiting for it.</summary>
    public void RequestStop()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The child is gone already, and its end of the pipe with it.
        }
    }

    public void Kill() => Tolerantly(() => _process.Kill(entireProcessTree: true));

    /// <summary>Waits for the end of a killed child, so that it writes nothing any more.</summary>
    public void WaitForEnd() => Tolerantly(() => _process.WaitForExit(KillGrace));

    /// <summary>The child may have ended, and been disposed, in between.</summary>
    private static void Tolerantly(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // Then there is nothing left to do.
        }
    }

    public void Dispose()
    {
        _process.Dispose();
        _log.Dispose();
    }
}
