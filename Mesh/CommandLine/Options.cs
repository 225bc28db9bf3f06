using System.CommandLine;
using AgentMesh.Cli.Demo;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Cli.CommandLine;

/// <summary>The options that several verbs share, each defined once.</summary>
internal static class Options
{
    public static Option<string?> Manifest { get; } = new("--manifest")
    {
        Description = "The manifest. Default: mesh.json in this folder or one above it.",
        HelpName = "FILE",
    };

    public static Option<string> Portfolio { get; } = new("--portfolio")
    {
        Description = "An id in data/portfolios, or a JSON file.",
        HelpName = "ID|FILE",
        DefaultValueFactory = _ => PortfolioFile.Default,
    };

    public static Option<string?> Agent { get; } = new("--agent")
    {
        Description = "Who is asked. Default: the first agent that the operator may call.",
        HelpName = "NAME",
    };

    public static Option<string> Operator { get; } = new("--operator")
    {
        Description = "The operator in the manifest whose identity this command has.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "local",
    };

    public static Option<string[]> Serving { get; } = new("--serving")
    {
        Description = "Scopes of the request that the party is serving. Several may be given.",
        HelpName = "SCOPE",
        AllowMultipleArgumentsPerToken = true,
    };

    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "Print one JSON document instead of text.",
    };

    public static Option<string?> Question { get; } = new("--question")
    {
        Description = "What to ask about the portfolio.",
        HelpName = "TEXT",
    };

    public static Option<string?> Model { get; } = new("--model")
    {
        Description = "The chat model: rules (built in, needs no network), openai:<model>, azure:<deployment> or ollama:<model>. Default: what the agents are configured with.",
        HelpName = "MODEL",
    };

    public static Option<LogLevel> LogLevel { get; } = new("--log-level")
    {
        Description = "What the parts of the mesh write to their logs.",
        DefaultValueFactory = _ => Microsoft.Extensions.Logging.LogLevel.Warning,
    };

    public static Option<int?> FirstPort { get; } = new("--first-port")
    {
        Description = "Use consecutive ports from this one, instead of any free ones.",
        HelpName = "PORT",
    };

    public static Option<string?> WorkloadApi { get; } = new("--workload-api")
    {
        Description = "A SPIFFE Workload API that runs already, such as SPIRE's: unix:///path or tcp://IP:port. Default: SPIFFE_ENDPOINT_SOCKET, else the embedded one is started.",
        HelpName = "ADDRESS",
    };

    public static Option<bool> Once { get; } = new("--once")
    {
        Description = "Run the demo and end: exit code 0 only if the answer came, every attack was refused, of the purchases exactly the approved one was executed, and an agent that was disabled mid-task was refused everywhere.",
    };

    public static Option<string?> Data { get; } = new("--data")
    {
        Description = "Keep what the agents and services store in this folder, and begin with what is there: the Trader's ledger, the registry, the authorization server's keys, revocations and audit ledger, and the journals. Default: all of it ends with the run.",
        HelpName = "DIR",
    };

    public static Option<bool> Keep { get; } = new("--keep")
    {
        Description = "Keep the run directory with its logs and journals, and print where it is.",
    };
}
