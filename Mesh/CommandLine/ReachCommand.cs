using System.CommandLine;
using System.Globalization;
using AgentMesh.Cli.Output;
using AgentMesh.Manifest;
using Spectre.Console;

namespace AgentMesh.Cli.CommandLine;

/// <summary><c>mesh reach A</c>: what somebody who controls A could reach, idle and with a live task. Needs no running mesh.</summary>
internal static class ReachCommand
{
    public static Command Create(Screen screen)
    {
        var name = new Argument<string>("party") { Description = "The compromised party: a name or a SPIFFE ID." };
        var command = new Command("reach", "Show what a compromised party could reach, transitively, with and without a live task.")
        {
            name,
            Options.Serving,
            Options.Manifest,
            Options.Json,
        };
        command.SetAction(parsed =>
        {
            var manifest = ManifestFile.Load(parsed.GetValue(Options.Manifest));
            if (!manifest.TryGetParty(parsed.GetRequiredValue(name), out var party) || party is null)
                throw MeshException.BadInput($"there is no '{parsed.GetRequiredValue(name)}' in {manifest.Path}.");

            // The worst task: one that carries everything that the party can be asked.
            var given = (parsed.GetValue(Options.Serving) ?? []).SelectMany(scopes => scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();
            if (given.FirstOrDefault(scope => !manifest.Scopes.ContainsKey(scope)) is { } unknown)
                throw MeshException.BadInput($"{manifest.Path} has no scope '{unknown}'. It has: {string.Join(", ", manifest.Scopes.Keys)}.");
            var live = given.Length > 0 ? given : [.. manifest.ScopesOf(party.Name)];
            ReachReport[] reports = [PolicyAnalysis.Reach(manifest, party, []), PolicyAnalysis.Reach(manifest, party, live)];
            if (parsed.GetValue(Options.Json))
                JsonOutput.Write(reports.Select(Document));
            else
                Array.ForEach(reports, report => Write(screen, report));
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Write(Screen screen, ReachReport report)
    {
        var task = report.LiveScopes.Count == 0 ? "idle" : $"serving a request that carries {string.Join(' ', report.LiveScopes)}";
        screen.Line($"{report.From.Name}, {task}: {report.Agents.Count} {(report.Agents.Count == 1 ? "agent" : "agents")} in reach", new Style(decoration: Decoration.Bold));
        if (report.Edges.Count == 0)
            return;

        var table = new Table { Border = screen.IsTerminal ? TableBorder.Rounded : TableBorder.None };
        table.AddColumns("hops", "way", "scopes", "only with approval");
        foreach (var reached in report.Edges)
        {
            table.AddRow(
                new Text(reached.Hops.ToString(CultureInfo.InvariantCulture)),
                new Text(reached.ToString()),
                new Text(string.Join(' ', reached.Scopes)),
                new Text(string.Join(' ', reached.ScopesWithApproval)));
        }

        screen.Results.Write(table);
    }

    private static object Document(ReachReport report) => new
    {
        from = report.From.Name,
        liveScopes = report.LiveScopes,
        agents = report.Agents.Select(agent => agent.Name),
        edges = report.Edges.Select(reached => new
        {
            caller = reached.Edge.Caller.Name,
            callee = reached.Edge.Callee.Name,
            hops = reached.Hops,
            way = reached.ToString(),
            scopes = reached.Scopes,
            scopesWithApproval = reached.ScopesWithApproval,
        }),
    };
}
