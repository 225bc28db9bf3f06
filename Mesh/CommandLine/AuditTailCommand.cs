using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using AgentMesh.Auth;
using AgentMesh.Cli.Live;
using AgentMesh.Cli.Output;

namespace AgentMesh.Cli.CommandLine;

/// <summary><c>mesh audit tail</c>: the newest records of the ledger, and those that come.</summary>
internal static class AuditTailCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private static readonly Option<bool> Follow = new("--follow", "-f") { Description = "Go on with what comes, until Ctrl-C." };
    private static readonly Option<string?> Agent = new("--agent") { Description = "Only where this party decided, called, was called or began the task.", HelpName = "NAME" };
    private static readonly Option<string?> Transaction = new("--txn") { Description = "Only this task.", HelpName = "TXN" };
    private static readonly Option<string?> Trace = new("--trace") { Description = "Only this W3C trace.", HelpName = "ID" };
    private static readonly Option<bool> Denied = new("--denied") { Description = "Only what was refused." };
    private static readonly Option<string?> From = new("--from") { Description = "Only decisions at or after this time (ISO 8601).", HelpName = "TIME" };
    private static readonly Option<int> Limit = new("--limit") { Description = "How many of the newest, at most 500.", HelpName = "N", DefaultValueFactory = _ => 20 };

    public static Command Create(Screen screen)
    {
        var command = new Command("tail", "Show the newest records of the audit ledger.") { Follow, Agent, Transaction, Trace, Denied, From, Limit, Options.Json };
        command.SetAction((parsed, cancellationToken) => RunAsync(screen, parsed, cancellationToken));
        return command.WithExamples(
            "mesh audit tail --denied            # what was refused lately",
            "mesh audit tail --follow            # watch the mesh decide",
            "mesh audit tail --txn 5f0c2d…       # everything about one task",
            "mesh audit tail --json --limit 500  # for a program; with --follow one record a line");
    }

    private static async Task<int> RunAsync(Screen screen, ParseResult parsed, CancellationToken cancellationToken)
    {
        var mesh = LiveMesh.Find();
        await using var connection = await OperatorConnection.OpenAsync(mesh, cancellationToken);
        var (json, follow) = (parsed.GetValue(Options.Json), parsed.GetValue(Follow));
        var filter = Filter(parsed);
        var page = await connection.GetAsync($"audit/records?limit={Math.Clamp(parsed.GetValue(Limit), 1, 500)}{filter}", cancellationToken);
        if (json && !follow)
        {
            JsonOutput.Write(page.GetProperty("items"));
            return ExitCode.Ok;
        }
        if (!json)
            screen.Line(AuditLine.Heading);
        while (true)
        {
            foreach (var item in page.GetProperty("items").EnumerateArray())
            {
                if (json)
                    JsonOutput.WriteLine(item);
                else
                    screen.Line(AuditLine.Of(item.GetProperty("record").Deserialize<AuditEvent>(Json)!, mesh.Manifest.TrustDomain));
            }
            if (!follow)
                return ExitCode.Ok;
            page = await connection.GetAsync($"audit/records?limit=500&wait=25&after={page.GetProperty("next").GetInt64().ToString(CultureInfo.InvariantCulture)}{filter}", cancellationToken);
        }
    }

    private static string Filter(ParseResult parsed)
    {
        var filter = "";
        Add("agent", parsed.GetValue(Agent));
        Add("txn", parsed.GetValue(Transaction));
        Add("trace", parsed.GetValue(Trace));
        Add("from", parsed.GetValue(From));
        Add("decision", parsed.GetValue(Denied) ? "deny" : null);
        return filter;

        void Add(string name, string? value)
        {
            if (value is not null)
                filter += $"&{name}={Uri.EscapeDataString(value)}";
        }
    }
}
