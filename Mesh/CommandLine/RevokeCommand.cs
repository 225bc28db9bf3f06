using System.CommandLine;
using AgentMesh.Cli.Live;
using AgentMesh.Cli.Output;
using AgentMesh.Manifest;

namespace AgentMesh.Cli.CommandLine;

/// <summary><c>mesh revoke …</c> and <c>mesh enable NAME</c>: the kill switch, and its undoing. Done when the answer is there; callees refuse within milliseconds.</summary>
internal static class RevokeCommand
{
    private static readonly Option<string?> Reason = new("--reason")
    {
        Description = "Why, for those who read the record later.",
        HelpName = "TEXT",
    };

    public static Command Create(Screen screen)
    {
        var command = new Command("revoke", "End an agent, an operator, a task or a token, now and everywhere.")
        {
            OfParty(screen, "agent", PartyKind.Agent),
            OfParty(screen, "operator", PartyKind.Operator),
            OfIdentifier(screen, "task", "txn", "transactions", "The task's txn, as `mesh audit tail` shows it.", "Revoke a task: every token of it, at every agent."),
            OfIdentifier(screen, "token", "jti", "tokens", "The token's jti, as `mesh audit tail --json` shows it.", "Revoke one token and what was derived from it."),
        };
        return command.WithExamples(
            "mesh revoke agent trader --reason 'key found in a log'   # refused everywhere, SVIDs withdrawn",
            "mesh revoke task 5f0c2d…                                 # one task, all of its tokens",
            "mesh enable trader                                       # take it back");
    }

    public static Command CreateEnable(Screen screen)
    {
        var name = new Argument<string>("name") { Description = "The agent or operator that was revoked." };
        var command = new Command("enable", "Let an agent or operator act again that was revoked. Tokens from before stay refused until they end.") { name, Reason, Options.Json };
        command.SetAction((parsed, cancellationToken) => ChangeAsync(screen, parsed, parsed.GetRequiredValue(name), kind: null, "enable", "enabled", cancellationToken));
        return command.WithExamples("mesh enable trader   # after `mesh revoke agent trader`");
    }

    private static Command OfParty(Screen screen, string noun, PartyKind kind)
    {
        var name = new Argument<string>("name") { Description = $"The {noun}'s name in the manifest, or its SPIFFE ID." };
        var command = new Command(noun, $"Disable an {noun}: no token for it or from it is good any more, and it gets no SVID, until it is enabled.") { name, Reason, Options.Json };
        command.SetAction((parsed, cancellationToken) => ChangeAsync(screen, parsed, parsed.GetRequiredValue(name), kind, "disable", "revoked", cancellationToken));
        return command.WithExamples($"mesh revoke {noun} {(kind == PartyKind.Agent ? "trader" : "local")} --reason 'key found in a log'");
    }

    private static Command OfIdentifier(Screen screen, string noun, string claim, string path, string argument, string description)
    {
        var id = new Argument<string>(claim) { Description = argument };
        var command = new Command(noun, description) { id, Reason, Options.Json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var value = parsed.GetRequiredValue(id);
            await PostAsync(parsed, $"{path}/{Uri.EscapeDataString(value)}/revoke", cancellationToken);
            return Done(screen, parsed, noun, value, "revoked");
        });
        return command.WithExamples($"mesh revoke {noun} 5f0c2d7e…");
    }

    private static async Task<int> ChangeAsync(Screen screen, ParseResult parsed, string name, PartyKind? kind, string change, string done, CancellationToken cancellationToken)
    {
        var manifest = LiveMesh.Find().Manifest;
        if (!manifest.TryGetParty(name, out var party) || party.Kind == PartyKind.Service || (kind is { } wanted && party.Kind != wanted))
        {
            var known = (kind == PartyKind.Operator ? [] : manifest.Agents.Keys).Concat(kind == PartyKind.Agent ? [] : manifest.Operators.Keys);
            throw MeshException.BadInput($"there is no {(kind == PartyKind.Agent ? "agent" : kind == PartyKind.Operator ? "operator" : "agent or operator")} '{name}' in {manifest.Path} (there: {string.Join(", ", known)}).");
        }
        await PostAsync(parsed, $"parties/{Uri.EscapeDataString(party.Name)}/{change}", cancellationToken);
        return Done(screen, parsed, party.Kind == PartyKind.Agent ? "agent" : "operator", party.Name, done);
    }

    private static async Task PostAsync(ParseResult parsed, string path, CancellationToken cancellationToken)
    {
        var mesh = LiveMesh.Find();
        await using var connection = await OperatorConnection.OpenAsync(mesh, cancellationToken);
        var reason = parsed.GetValue(Reason) is { Length: > 0 } text ? $"?reason={Uri.EscapeDataString(text)}" : "";
        await connection.PostAsync(path + reason, cancellationToken);
    }

    private static int Done(Screen screen, ParseResult parsed, string noun, string name, string done)
    {
        if (parsed.GetValue(Options.Json))
            JsonOutput.Write(new { kind = noun, name, outcome = done });
        else
            screen.Line($"{noun} {Printable.Of(name)}: {done}");
        return ExitCode.Ok;
    }
}
