using System.Globalization;
using AgentMesh.Cli.Demo;
using Spectre.Console;

namespace AgentMesh.Cli.Output;

/// <summary>The last lines of a demo: what it cost, and whether all was as it must be.</summary>
internal sealed class Summary(Screen screen)
{
    public void Write(DemoReport report, string? keptAt)
    {
        screen.Line();
        screen.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"started in {report.StartMs / 1000:0.0} s, answered in {report.Answer.Took.TotalMilliseconds:0} ms, {report.HeldMegabytes:0} MB held by all processes"));
        foreach (var problem in report.Problems)
            screen.Line("PROBLEM: " + Printable.Of(problem), new Style(Color.Red));
        if (report.Problems.Count == 0)
            screen.Line($"answered over {report.Hops.Count} decisions; {report.Attacks.Count} of {report.Attacks.Count} attacks refused{Purchases(report)}{Disabled(report)}", new Style(Color.Green));
        if (keptAt is not null)
            screen.Line("logs and journals: " + keptAt);
    }

    private static string Disabled(DemoReport report) => report.Disabled is { } disabled
        ? $"; {disabled.Agent} disabled mid-task: {disabled.Steps.Count} of {disabled.Steps.Count} as they must be"
        : "";

    private static string Purchases(DemoReport report) =>
        report.Purchases.Count == 0 ? "" : $"; purchases {string.Join(", ", report.Purchases.Select(purchase => $"{purchase.Name}: {purchase.Outcome?.Status}"))}";
}
