using System.CommandLine;
using System.Globalization;
using AgentMesh.Cli.Approvals;
using AgentMesh.Cli.Live;
using AgentMesh.Cli.Output;
using Spectre.Console;

namespace AgentMesh.Cli.CommandLine;

/// <summary><c>mesh approve</c> and <c>mesh deny</c>: what waits for a person, and the person's decision (OpenID CIBA).</summary>
internal static class ApproveCommand
{
    private static readonly Option<int> Wait = new("--wait")
    {
        Description = "Wait so many seconds for a request when there is none, at most 30.",
        HelpName = "SECONDS",
    };

    /// <param name="screen">Where it shows.</param>
    /// <param name="decision"><c>approve</c> or <c>deny</c>.</param>
    public static Command Create(Screen screen, string decision)
    {
        var id = new Argument<string?>("id") { Description = "The request, or the beginning of its id. Default: list what waits; on a terminal, choose.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command(decision, $"{(decision == "approve" ? "Approve" : "Deny")} what an agent asks a person for. Exit code 1: refused, decided already or expired.") { id, Wait, Options.Json };
        command.SetAction((parsed, cancellationToken) => RunAsync(screen, decision, parsed.GetValue(id), TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(Wait), 0, 30)), parsed.GetValue(Options.Json), cancellationToken));
        return command.WithExamples(
            $"mesh {decision}              # list what waits; on a terminal, choose one",
            $"mesh {decision} 3f9c         # {decision} the request whose id begins so",
            $"mesh {decision} --wait 30    # wait for the next one",
            $"mesh {decision} --json       # what waits, for a program");
    }

    private static async Task<int> RunAsync(Screen screen, string decision, string? id, TimeSpan wait, bool json, CancellationToken cancellationToken)
    {
        var mesh = LiveMesh.Find();
        await using var connection = await OperatorConnection.OpenAsync(mesh, cancellationToken);
        var pending = await WaitingApproval.ListAsync(connection, wait, cancellationToken);
        var text = new ApprovalText(mesh.Manifest.TrustDomain, TimeProvider.System);
        if (id is null && (json || !screen.IsTerminal || pending.Count == 0))
        {
            if (json)
                JsonOutput.Write(pending);
            else
                Write(screen, pending, mesh.Manifest.TrustDomain);
            return ExitCode.Ok;
        }
        var chosen = id is null ? await ChooseAsync(screen, decision, pending, text, mesh.Manifest.TrustDomain, cancellationToken) : Find(pending, id);
        if (chosen is null)
            return ExitCode.Ok;
        await connection.PostAsync($"approvals/{chosen.Id}/{decision}", cancellationToken);
        if (json)
            JsonOutput.Write(new { chosen.Id, decision, by = mesh.Operator.SpiffeId });
        else
            screen.Line($"{(decision == "approve" ? "approved" : "denied")}: {text.Summary(chosen)}");
        return ExitCode.Ok;
    }

    // What somebody's script left empty is nobody's decision.
    private const int ShortestId = 4;

    private static WaitingApproval Find(IReadOnlyList<WaitingApproval> pending, string id) => id.Length < ShortestId
        ? throw MeshException.BadInput($"'{id}' is too short for the beginning of an id. Give at least {ShortestId} characters; `mesh approve` lists what waits.")
        : pending.Where(request => request.Id.StartsWith(id, StringComparison.Ordinal)).ToList() switch
        {
            [var one] => one,
            [] => throw MeshException.Refused($"no request '{id}' waits for a decision: it was decided already, has expired, or never was. `mesh approve` lists what waits."),
            var several => throw MeshException.BadInput($"'{id}' is the beginning of {several.Count} requests. Give more of it."),
        };

    private static async Task<WaitingApproval?> ChooseAsync(
        Screen screen, string decision, IReadOnlyList<WaitingApproval> pending, ApprovalText text, string trustDomain, CancellationToken cancellationToken)
    {
        Write(screen, pending, trustDomain);
        var prompt = new SelectionPrompt<int>()
            .Title($"which one do you {decision}?")
            .UseConverter(index => index < pending.Count ? Markup.Escape($"{Short(pending[index])}  {text.Summary(pending[index])}") : "none")
            .AddChoices(Enumerable.Range(0, pending.Count + 1));
        var chosen = await prompt.ShowAsync(screen.Results, cancellationToken);
        return chosen < pending.Count ? pending[chosen] : null;
    }

    private static void Write(Screen screen, IReadOnlyList<WaitingApproval> pending, string trustDomain)
    {
        if (pending.Count == 0)
        {
            screen.Line("nothing waits for a decision");
            return;
        }
        // The agent's own words come last, and as such: they are no part of what is approved.
        var table = screen.Table("id", "agent", "for", "what would be done", "scope", "left", "the agent says");
        foreach (var request in pending)
        {
            var left = request.ExpiresAt - TimeProvider.System.GetUtcNow();
            table.AddRow(
                Cell(request.Id),
                Cell(PartyName.Short(request.Client, trustDomain)),
                Cell(PartyName.Short(request.Subject, trustDomain)),
                Cell($"{PartyName.Short(request.Callee, trustDomain)} will {ApprovalText.What(request)}"),
                Cell(request.Scope),
                Cell(string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, left.TotalSeconds):0} s")),
                Cell(request.BindingMessage is { } words ? $"\"{Printable.Line(words)}\"" : ""));
        }
        screen.Results.Write(table);
    }

    private static string Short(WaitingApproval request) => Printable.Line(request.Id[..Math.Min(8, request.Id.Length)]);

    private static Text Cell(string text) => new(Printable.Of(text));
}
