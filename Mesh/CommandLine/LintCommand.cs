using System.CommandLine;
using AgentMesh.Cli.Output;
using AgentMesh.Manifest;

namespace AgentMesh.Cli.CommandLine;

/// <summary><c>mesh lint</c>: what a reviewer of the manifest would ask about. Needs no running mesh.</summary>
internal static class LintCommand
{
    public static Command Create(Screen screen)
    {
        var command = new Command("lint", "Point out what is probably too much in the manifest. Exit code 0: nothing, 1: something, 2: it has errors.")
        {
            Options.Manifest,
            Options.Json,
        };
        command.SetAction(parsed =>
        {
            var findings = PolicyAnalysis.Lint(ManifestFile.Load(parsed.GetValue(Options.Manifest)));
            if (parsed.GetValue(Options.Json))
                JsonOutput.Write(findings);
            else
                screen.Line(findings.Count == 0 ? "nothing found" : string.Join(Environment.NewLine, findings));
            return findings.Count == 0 ? ExitCode.Ok : ExitCode.No;
        });
        return command;
    }
}
