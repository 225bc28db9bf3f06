using System.CommandLine;
using AgentMesh.Cli.Approvals;
using AgentMesh.Cli.Demo;
using AgentMesh.Cli.Output;

namespace AgentMesh.Cli.CommandLine;

/// <summary><c>mesh ask</c>: a question to a mesh that <c>mesh up</c> runs in another terminal.</summary>
internal static class AskCommand
{
    public static Command Create(Screen screen)
    {
        var question = new Argument<string>("question") { Description = "What to ask about the portfolio." };
        var command = new Command("ask", "Ask an agent of the mesh that runs in another terminal.")
        {
            question,
            Options.Portfolio,
            Options.Agent,
            Options.Json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var mesh = LiveMesh.Find();
            var portfolio = PortfolioFile.Load(parsed.GetValue(Options.Portfolio)!, mesh.Manifest.Root);
            var edge = mesh.EntryEdge(parsed.GetValue(Options.Agent));
            var json = parsed.GetValue(Options.Json);
            await using var session = await OperatorSession.StartAsync(mesh, edge, cancellationToken);
            var demo = new DemoRun(mesh, edge, session, json ? screen.Silent() : screen, new ApprovalText(mesh.Manifest.TrustDomain, TimeProvider.System));
            var (answer, hops) = await demo.AskAsync(parsed.GetRequiredValue(question), portfolio, cancellationToken);
            if (json)
                JsonOutput.Write(new { answer, hops });
            return ExitCode.Ok;
        });
        return command;
    }
}
