using Microsoft.Extensions.Logging;

namespace AgentMesh.Cli.Processes;

/// <summary>What the user can choose about the processes of a run.</summary>
internal sealed record LaunchOptions
{
    /// <summary>Debug or Release: which build of the agents is started.</summary>
    public required string Configuration { get; init; }

    public LogLevel LogLevel { get; init; } = LogLevel.Warning;

    /// <summary>The chat model, as the agents' <c>Mesh:Model</c> understands it; null: what each agent is configured with.</summary>
    public string? Model { get; init; }

    /// <summary>The first of consecutive ports; null: any free ones.</summary>
    public int? FirstPort { get; init; }

    /// <summary>The Workload API that runs already; null: the embedded one is started.</summary>
    public string? WorkloadApi { get; init; }

    /// <summary>How long each part may take until its health check answers.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);
}
