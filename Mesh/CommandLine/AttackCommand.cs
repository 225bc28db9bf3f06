using System.CommandLine;
using AgentMesh.Cli.Attacks;
using AgentMesh.Cli.Output;

namespace AgentMesh.Cli.CommandLine;

/// <summary><c>mesh attack</c>: the demo's attacks on the mesh that runs.</summary>
internal static class AttackCommand
{
    public static Command Create(Screen screen)
    {
        var command = new Command("attack", "Attack the mesh that runs from outside. Exit code 0: every attack was refused for its own reason, 1: one was not.")
        {
            Options.Agent,
            Options.Json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var mesh = LiveMesh.FindHere();
            var results = await new AttackPlan(mesh, mesh.EntryEdge(parsed.GetValue(Options.Agent))).RunAsync(cancellationToken);
            if (parsed.GetValue(Options.Json))
                JsonOutput.Write(results);
            else
                new Views(screen, mesh.Manifest.TrustDomain).Attacks(results);
            return results.All(result => result.Refused) ? ExitCode.Ok : ExitCode.No;
        });
        return command.WithExamples("mesh attack   # while `mesh up` or the AppHost runs in another terminal");
    }
}
