using System.CommandLine;
using AgentMesh.Cli.Checks;
using AgentMesh.Cli.Output;
using Spectre.Console;

namespace AgentMesh.Cli.CommandLine;

/// <summary><c>mesh check</c>: the production checklist, run against the live mesh, each box with its evidence.</summary>
internal static class CheckCommand
{
    private static readonly Option<bool> Strict = new("--strict") { Description = "Amber counts as red." };
    private static readonly Option<bool> Evidence = new("--evidence") { Description = "Show what was seen for green boxes, too." };

    public static Command Create(Screen screen)
    {
        var command = new Command("check", "Run the production checklist against the mesh that runs. Exit code 0: no box is red, 1: one is.") { Strict, Evidence, Options.Json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var results = await Checklist.RunAsync(LiveMesh.FindRunHere(), LiveMesh.FindHere(), cancellationToken);
            if (parsed.GetValue(Options.Json))
                JsonOutput.Write(results);
            else
                Write(screen, results, parsed.GetValue(Evidence));
            var worst = results.Max(result => result.Level);
            return worst == CheckLevel.Red || (worst == CheckLevel.Amber && parsed.GetValue(Strict)) ? ExitCode.No : ExitCode.Ok;
        });
        return command.WithExamples(
            "mesh check               # eleven boxes, and what to do about those that are not green",
            "mesh check --evidence    # with what was seen",
            "mesh check --strict      # for CI: amber fails, too",
            "mesh check --json        # evidence for an auditor");
    }

    /// <summary>A line for each box, then what was seen and what to do where it is not green.</summary>
    public static void Write(Screen screen, IReadOnlyList<CheckResult> results, bool evidence)
    {
        foreach (var result in results)
        {
            screen.Results.Write(new Text(result.Level switch { CheckLevel.Green => "green  ", CheckLevel.Amber => "AMBER  ", _ => "RED    " }, new Style(result.Level switch
            {
                CheckLevel.Green => Color.Green,
                CheckLevel.Amber => Color.Yellow,
                _ => Color.Red,
            })));
            screen.Line(result.Name);
            if (evidence || result.Level != CheckLevel.Green)
            {
                foreach (var seen in result.Evidence)
                    screen.Line("         " + Printable.Of(seen));
            }
            if (result.Fix is { } fix)
                screen.Line("         to do: " + fix);
        }
        screen.Line($"{results.Count(result => result.Level == CheckLevel.Green)} of {results.Count} boxes are green");
    }
}
