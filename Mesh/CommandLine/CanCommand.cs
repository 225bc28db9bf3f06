using System.CommandLine;
using AgentMesh.Cli.Output;

namespace AgentMesh.Cli.CommandLine;

/// <summary><c>mesh can A B scope</c>: what the manifest decides, and why. Needs no running mesh.</summary>
internal static class CanCommand
{
    public static Command Create(Screen screen)
    {
        var caller = new Argument<string>("caller") { Description = "Who calls: a name or a SPIFFE ID." };
        var callee = new Argument<string>("callee") { Description = "Who is called: a name or a SPIFFE ID." };
        var scopes = new Argument<string[]>("scope") { Description = "What it asks for; several may be given. Default: all that the edge grants.", Arity = ArgumentArity.ZeroOrMore };
        var serving = new Option<string[]>("--serving")
        {
            Description = "Scopes of the request that the caller is serving. Default: it acts on its own behalf.",
            HelpName = "SCOPE",
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command("can", "Say whether the manifest lets one party call another, and why. Exit code 0: yes, 1: no.")
        {
            caller,
            callee,
            scopes,
            serving,
            Options.Manifest,
            Options.Json,
        };
        command.SetAction(parsed =>
        {
            var manifest = ManifestFile.Load(parsed.GetValue(Options.Manifest));
            var decision = manifest.Decide(
                parsed.GetRequiredValue(caller),
                parsed.GetRequiredValue(callee),
                string.Join(' ', parsed.GetValue(scopes) ?? []),
                string.Join(' ', parsed.GetValue(serving) ?? []));
            if (parsed.GetValue(Options.Json))
                JsonOutput.Write(new { allowed = decision.IsAllowed, outcome = decision.Outcome, scope = decision.Scope, reason = decision.ToString() });
            else
                screen.Line($"{(decision.IsAllowed ? "yes" : "no")}: {decision}");
            return decision.IsAllowed ? ExitCode.Ok : ExitCode.No;
        });
        return command;
    }
}
