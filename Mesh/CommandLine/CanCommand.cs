using System.CommandLine;
using AgentMesh.Cli.Output;
using AgentMesh.Manifest;

namespace AgentMesh.Cli.CommandLine;

/// <summary><c>mesh can A B scope</c>: what the manifest decides, and why. Needs no running mesh.</summary>
internal static class CanCommand
{
    public static Command Create(Screen screen)
    {
        var caller = new Argument<string>("caller") { Description = "Who calls: a name or a SPIFFE ID." };
        var callee = new Argument<string>("callee") { Description = "Who is called: a name or a SPIFFE ID." };
        var scopes = new Argument<string[]>("scope") { Description = "What it asks for; several may be given. Default: all that the edge grants.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("can", "Say whether the manifest lets one party call another, and why. Exit code 0: yes, 1: no.")
        {
            caller,
            callee,
            scopes,
            Options.Serving,
            Options.Manifest,
            Options.Json,
        };
        command.SetAction(parsed =>
        {
            var manifest = ManifestFile.Load(parsed.GetValue(Options.Manifest));
            var (decision, reasons) = PolicyAnalysis.Explain(
                manifest,
                parsed.GetRequiredValue(caller),
                parsed.GetRequiredValue(callee),
                string.Join(' ', parsed.GetValue(scopes) ?? []),
                string.Join(' ', parsed.GetValue(Options.Serving) ?? []));
            if (parsed.GetValue(Options.Json))
            {
                JsonOutput.Write(new
                {
                    allowed = decision.IsAllowed,
                    outcome = decision.Outcome,
                    scope = decision.Scope,
                    reasons = reasons.Select(reason => new { holds = reason.Holds, text = reason.Text, line = reason.Position?.Line }),
                });
            }
            else
            {
                screen.Line($"{(decision.IsAllowed ? "yes" : "no")}: {decision}");
                foreach (var reason in reasons)
                    screen.Line("  " + reason);
            }

            return decision.IsAllowed ? ExitCode.Ok : ExitCode.No;
        });
        return command;
    }
}
