using System.CommandLine;
using AgentMesh.Cli.Output;
using AgentMesh.Cli.Processes;
using AgentMesh.Manifest;
using Spectre.Console;

namespace AgentMesh.Cli.CommandLine;

/// <summary>The command line: its verbs, and how each kind of failure is shown.</summary>
internal static class MeshCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        var screen = Screen.OfProcess();
        using var interrupts = new Interrupts();
        // A question may begin with an @: it names no file of more arguments.
        var parsed = Root(screen, interrupts).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        // Somebody who asks for help has not given the arguments yet.
        if (parsed.Errors.Count > 0 && !Examples.IsHelp(parsed))
        {
            foreach (var error in parsed.Errors)
                screen.Error(error.Message);
            screen.Errors.WriteLine("Run `mesh --help` for the verbs and options.");
            return ExitCode.BadInput;
        }

        // Signals and failures are handled here and in Interrupts, for all verbs alike.
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        try
        {
            return await parsed.InvokeAsync(configuration, interrupts.Token);
        }
        catch (ManifestException e)
        {
            foreach (var diagnostic in e.Diagnostics)
                screen.Errors.WriteLine(Printable.Of(diagnostic.ToString()));
            return ExitCode.BadInput;
        }
        catch (MeshException e)
        {
            screen.Error(e.Message);
            return e.ExitCode;
        }
        catch (ChildFailedException e)
        {
            screen.Error(e.Message);
            return ExitCode.Unavailable;
        }
        catch (OperationCanceledException) when (interrupts.Token.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (IOException) when (interrupts.Token.IsCancellationRequested)
        {
            // The terminal is gone: nobody is left to tell.
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (Environment.GetEnvironmentVariable("MESH_DEBUG") is null)
        {
            screen.Error($"unexpected {e.GetType().Name}: {e.Message} (MESH_DEBUG=1 shows where).");
            return ExitCode.Unavailable;
        }
    }

    private static RootCommand Root(Screen screen, Interrupts interrupts)
    {
        var root = new RootCommand("AgentMesh: runs the agents of mesh.json on this machine, asks them, and shows how each call proved itself.");
        UpCommand.AddTo(root, screen, interrupts);
        root.Subcommands.Add(UpCommand.Create(screen, interrupts));
        root.Subcommands.Add(AskCommand.Create(screen));
        root.Subcommands.Add(StatusCommand.Create(screen));
        root.Subcommands.Add(ApproveCommand.Create(screen, "approve"));
        root.Subcommands.Add(ApproveCommand.Create(screen, "deny"));
        root.Subcommands.Add(RevokeCommand.Create(screen));
        root.Subcommands.Add(RevokeCommand.CreateEnable(screen));
        root.Subcommands.Add(AuditCommand.Create(screen));
        root.Subcommands.Add(CheckCommand.Create(screen));
        root.Subcommands.Add(AttackCommand.Create(screen));
        root.Subcommands.Add(RotateCommand.Create(screen));
        root.Subcommands.Add(CanCommand.Create(screen));
        root.Subcommands.Add(ReachCommand.Create(screen));
        root.Subcommands.Add(LintCommand.Create(screen));
        root.Subcommands.Add(ManifestCommand.Create(screen));
        Examples.AddTo(root);
        return root;
    }
}
