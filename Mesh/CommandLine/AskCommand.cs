using System.CommandLine;
using AgentMesh.Cli.Approvals;
using AgentMesh.Cli.Demo;
using AgentMesh.Cli.Output;

namespace AgentMesh.Cli.CommandLine;

/// <summary><c>mesh ask</c>: a question to a mesh that <c>mesh up</c> runs in another terminal.</summary>
internal static class AskCommand
{
    private const int LongestContext = 128;

    private static readonly Option<string?> Context = new("--context")
    {
        Description = "Go on with a conversation: the id that an earlier answer was printed with. The agent remembers it for half an hour.",
        HelpName = "ID",
    };

    public static Command Create(Screen screen)
    {
        var question = new Argument<string>("question") { Description = "What to ask about the portfolio." };
        var command = new Command("ask", "Ask an agent of the mesh that runs in another terminal.")
        {
            question,
            Options.Portfolio,
            Options.Agent,
            Context,
            Options.Json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var mesh = LiveMesh.Find();
            var context = ContextId(parsed.GetValue(Context));
            // In a conversation that goes on, the agent remembers which portfolio it is about.
            var portfolio = context is not null && parsed.GetResult(Options.Portfolio) is not { Implicit: false }
                ? null
                : PortfolioFile.Load(parsed.GetValue(Options.Portfolio)!, mesh.Manifest.Root);
            var edge = mesh.EntryEdge(parsed.GetValue(Options.Agent));
            var json = parsed.GetValue(Options.Json);
            await using var session = await OperatorSession.StartAsync(mesh, edge, cancellationToken, context);
            var demo = new DemoRun(mesh, edge, session, json ? screen.Silent() : screen, new ApprovalText(mesh.Manifest.TrustDomain, TimeProvider.System));
            var (answer, hops) = await demo.AskAsync(parsed.GetRequiredValue(question), portfolio, cancellationToken);
            if (json)
                JsonOutput.Write(new { answer, hops, session.ContextId });
            else
                screen.Line($"\nto go on with this conversation: mesh ask --context {session.ContextId} \"…\"");
            return ExitCode.Ok;
        });
        return command.WithExamples(
            "mesh ask \"How risky is port-abc?\"",
            "mesh ask --context 0e6f… \"And which holding adds most to it?\"   # the id is printed with each answer",
            "mesh ask \"Buy 10 MSFT for port-abc\"                              # then `mesh approve` in another terminal");
    }

    /// <exception cref="MeshException">It cannot be one that was printed.</exception>
    private static string? ContextId(string? given) => given is null or { Length: > 0 and <= LongestContext } && given?.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') != false
        ? given
        : throw MeshException.BadInput($"--context takes the id that an answer was printed with: letters, digits and '-', at most {LongestContext}.");
}
