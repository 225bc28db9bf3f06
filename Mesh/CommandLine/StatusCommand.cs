using System.CommandLine;
using System.Globalization;
using AgentMesh.Cli.Output;
using AgentMesh.Cli.Processes;
using Spectre.Console;

namespace AgentMesh.Cli.CommandLine;

/// <summary><c>mesh status</c>: the parts of the running mesh, whether each is healthy, its identity's remaining life, and what it has decided.</summary>
internal static class StatusCommand
{
    public static Command Create(Screen screen)
    {
        var command = new Command("status", "Show the parts of the mesh that runs in another terminal. Exit code 0: all healthy, 1: not.") { Options.Json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var run = LiveMesh.FindRunHere();
            var status = await MeshStatus.ReadAsync(run, LiveMesh.FindHere(), cancellationToken);
            if (parsed.GetValue(Options.Json))
                JsonOutput.Write(new { run.Manifest, run.Issuer, run.WorkloadApi, run.StartedAt, status.Parts, status.Pending, status.Unknown });
            else
                Write(screen, run, status);
            return status.Parts.All(part => part.Health == "healthy") ? ExitCode.Ok : ExitCode.No;
        });
        return command.WithExamples("mesh status          # is everything there?", "mesh status --json   # for a monitor");
    }

    private static void Write(Screen screen, RunInfo run, MeshStatus status)
    {
        screen.Line($"{run.Manifest}, process {run.ProcessId}, journals in {Path.Combine(run.Directory, RunDirectory.AuditFolder)}");
        var table = screen.Table("part", "health", "process", "memory MB", "SVID left", "issued", "allowed", "denied", "last minute", "in the ledger");
        foreach (var part in status.Parts)
        {
            table.AddRow(
                part.Disabled ? new Text(part.Name + " (revoked)", new Style(Color.Red)) : new Text(part.Name),
                new Text(part.Health, new Style(part.Health == "healthy" ? Color.Green : Color.Red)),
                Number(part.ProcessId),
                Number(part.HeldBytes / 1_000_000),
                new Text(part.SvidSeconds is { } seconds ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}:{seconds % 60:00}") : ""),
                Number(part.Issued),
                Number(part.Allowed),
                Number(part.Denied),
                Number(part.LastMinute),
                new Text(part.Shipped is { } shipped ? part.Behind is > 0 and var behind ? $"{shipped}, {behind} behind" : $"{shipped}" : "no"));
        }

        screen.Results.Write(table);
        if (status.Pending is { } pending)
            screen.Line(pending == 0 ? "nothing waits for approval" : $"{pending} waiting for approval: `mesh approve`");
        foreach (var unknown in status.Unknown)
            screen.Line("unknown: " + Printable.Of(unknown), new Style(Color.Yellow));
    }

    private static Text Number(long value) => new(value.ToString(CultureInfo.InvariantCulture));
}
