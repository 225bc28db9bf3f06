using System.CommandLine;
using System.Globalization;
using AgentMesh.Cli.Journals;
using AgentMesh.Cli.Live;
using AgentMesh.Cli.Output;
using Spectre.Console;

namespace AgentMesh.Cli.CommandLine;

/// <summary>
/// <c>mesh audit verify</c>: recomputes every hash of the journals and compares them with the ledger, which another process holds: a
/// journal that was rewritten together with its head is found, too.
/// </summary>
internal static class AuditVerifyCommand
{
    private static readonly Option<bool> Offline = new("--offline") { Description = "Do not ask the ledger: whoever rewrote a journal and its head together is not found then." };

    public static Command Create(Screen screen)
    {
        var files = new Argument<string[]>("file") { Description = "Journals. Default: those of the running mesh.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("verify", "Check journals, record by record, by themselves and against the ledger. Exit code 0: all fit, 1: the first that does not is named.")
        {
            files,
            Offline,
            Options.Json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(screen, parsed.GetValue(files) ?? [], parsed.GetValue(Offline), parsed.GetValue(Options.Json), cancellationToken));
        return command.WithExamples(
            "mesh audit verify                          # the running mesh: its journals, and the ledger",
            "mesh audit verify --offline a.jsonl        # a copy, without a mesh",
            "mesh audit verify backup/*.jsonl --json    # copies against the running mesh's ledger");
    }

    private static async Task<int> RunAsync(Screen screen, string[] files, bool offline, bool json, CancellationToken cancellationToken)
    {
        foreach (var missing in files.Where(file => !File.Exists(file)))
            throw MeshException.BadInput($"{missing}: there is no such file.");
        var all = files.Length == 0;
        if (all)
            files = [.. JournalChecks.In(LiveMesh.FindHere().AuditDirectory)];
        await using var connection = offline ? null : await OperatorConnection.OpenAsync(LiveMesh.Find(), cancellationToken);
        var checks = await JournalChecks.RunAsync(files, complete: all && !offline, connection is null ? null : new LiveLedger(connection), cancellationToken);
        if (json)
            JsonOutput.Write(checks);
        else
            Write(screen, checks, offline);
        return checks.All(check => check.Fault is null) ? ExitCode.Ok : ExitCode.No;
    }

    private static void Write(Screen screen, IReadOnlyList<JournalCheck> checks, bool offline)
    {
        var table = screen.Table("journal", "records", "in the ledger", "result");
        foreach (var check in checks)
        {
            table.AddRow(
                new Text(Printable.Of(Path.GetFileName(check.Journal))),
                new Text(check.Records.ToString(CultureInfo.InvariantCulture)),
                new Text(offline ? "not asked" : check.Shipped is { } shipped ? check.Behind == 0 ? $"{Math.Min(shipped, check.Records)}" : $"{shipped}, {check.Behind} on their way" : "unknown"),
                check.Fault is null ? new Text("intact", new Style(Color.Green)) : new Text($"record {check.Fault.Seq}: {check.Fault.Reason}", new Style(Color.Red)));
        }
        screen.Results.Write(table);
        if (checks.Count == 0)
            screen.Line("there are no journals");
    }
}
