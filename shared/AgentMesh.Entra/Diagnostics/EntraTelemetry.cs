using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AgentMesh.Entra;

/// <summary>Name under which this library reports traces and metrics to OpenTelemetry.</summary>
public static class EntraTelemetry
{
    /// <summary>Name of the <see cref="ActivitySource"/> and of the meter.</summary>
    public const string Name = "AgentMesh.Entra";

    internal static ActivitySource Source { get; } = new(Name);
}

/// <summary>The meter.</summary>
internal sealed class EntraMetrics(IMeterFactory meters)
{
    private readonly Histogram<double> _acquisitions = meters.Create(EntraTelemetry.Name)
        .CreateHistogram<double>("agentmesh.entra.acquisition.duration", "s", "Duration of token acquisitions from Microsoft Entra ID, retries included.");

    public void Acquired(TimeSpan duration, string callee, string? error)
    {
        TagList tags = new() { { "agentmesh.callee", callee } };
        if (error is not null)
            tags.Add("error.type", error);
        _acquisitions.Record(duration.TotalSeconds, tags);
    }
}
