using System.Diagnostics;

namespace AgentMesh.Deployment.Processes;

/// <summary>A program that is run with arguments, its own first ones fixed: <c>docker exec NAME /opt/spire/bin/spire-server</c>, for example.</summary>
/// <param name="executable">Path, or a name that is looked up in <c>PATH</c>.</param>
/// <param name="prefix">The arguments that come before each run's own.</param>
public sealed class Command(string executable, params IReadOnlyList<string> prefix)
{
    /// <summary>Environment variables that it has besides those of this process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Runs it and waits for its end. Its output is handed back and logged nowhere: it can hold a token.</summary>
    /// <param name="arguments">Arguments, one each; no shell interprets them.</param>
    /// <param name="cancellationToken">Ends the program too.</param>
    /// <exception cref="CommandException">The program is not there or cannot be run.</exception>
    public async Task<CommandResult> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(executable, [.. prefix, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new CommandException($"{executable} cannot be run: {e.Message}.", e);
        }

        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await Task.WhenAll(output, error, process.WaitForExitAsync(cancellationToken));
            return new CommandResult(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}

/// <summary>What a program ended with.</summary>
/// <param name="ExitCode">0 when it did what it was asked for.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record CommandResult(int ExitCode, string Output, string Error);

/// <summary>A program could not be run, or failed. The message holds what it said on standard error, never its output.</summary>
public sealed class CommandException(string message, Exception? innerException = null) : Exception(message, innerException);
