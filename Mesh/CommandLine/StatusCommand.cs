using System.CommandLine;
using System.Globalization;
using AgentMesh.Cli.Output;
using AgentMesh.Cli.Processes;
using Spectre.Console;

namespace AgentMesh.Cli.CommandLine;

/// <summary><c>mesh status</c>: the parts of the running mesh, whether each is healthy, and what it has decided.</summary>
internal static class StatusCommand
{
    public static Command Create(Screen screen)
    {
        var command = new Command("status", "Show the parts of the mesh that runs in another terminal. Exit code 0: all healthy, 1: not.") { Options.Json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var run = LiveMesh.FindRun();
            var parts = await PartStatus.ReadAllAsync(run, cancellationToken);
            if (parsed.GetValue(Options.Json))
                JsonOutput.Write(new { run.Manifest, run.Issuer, run.WorkloadApi, run.StartedAt, parts });
            else
                Write(screen, run, parts);
            return parts.All(part => part.Health == "healthy") ? ExitCode.Ok : ExitCode.No;
        });
        return command;
    }

    private static void Write(Screen screen, RunInfo run, IReadOnlyList<PartStatus> parts)
    {
        screen.Line($"{run.Manifest}, process {run.ProcessId}, journals in {Path.Combine(run.Directory, RunDirectory.AuditFolder)}");
        var table = new Table { Border = screen.IsTerminal ? TableBorder.Rounded : TableBorder.None };
        table.AddColumns("part", "health", "process", "memory MB", "allowed", "denied");
        foreach (var part in parts)
        {
            table.AddRow(
                new Text(part.Name),
                new Text(part.Health, new Style(part.Health == "healthy" ? Color.Green : Color.Red)),
                Number(part.ProcessId),
                Number(part.HeldBytes / 1_000_000),
                Number(part.Allowed),
                Number(part.Denied));
        }

        screen.Results.Write(table);
    }

    private static Text Number(long value) => new(value.ToString(CultureInfo.InvariantCulture));
}
