using Microsoft.Extensions.Logging;

namespace AgentMesh.Cli.CommandLine;

/// <summary>The command line of <c>mesh up</c>, read.</summary>
internal sealed record UpOptions
{
    public string? Manifest { get; init; }

    public required string Portfolio { get; init; }

    public string? Question { get; init; }

    public string? Model { get; init; }

    public LogLevel LogLevel { get; init; }

    public int? FirstPort { get; init; }

    public string? WorkloadApi { get; init; }

    public required string Operator { get; init; }

    public string? Agent { get; init; }

    public string? Data { get; init; }

    public bool Once { get; init; }

    public bool Keep { get; init; }

    public bool Json { get; init; }
}
