using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>Name under which this library reports metrics and traces to OpenTelemetry.</summary>
public static class InboundTelemetry
{
    /// <summary>Name of the meter and of the <see cref="ActivitySource"/>.</summary>
    public const string Name = "AgentMesh.Auth.AspNetCore";

    internal static ActivitySource Source { get; } = new(Name);
}

/// <summary>The meter.</summary>
internal sealed class InboundMetrics
{
    private readonly Histogram<double> _decisions;
    private readonly Counter<long> _ended;

    public InboundMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(InboundTelemetry.Name);
        _decisions = meter.CreateHistogram<double>("agentmesh.decision.duration", "s", "Time from a request's headers to the decision about it.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.01, 0.1, 1] });
        _ended = meter.CreateCounter<long>("agentmesh.requests.ended", "{request}", "Requests that were let in and ended while they ran.");
    }

    public void Decided(TimeSpan duration, string? reason)
    {
        if (reason is null)
            _decisions.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("agentmesh.decision", "allow"));
        else
            _decisions.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("agentmesh.decision", "deny"), new KeyValuePair<string, object?>("error.type", reason));
    }

    public void Ended(string reason) => _ended.Add(1, new KeyValuePair<string, object?>("error.type", reason));
}
