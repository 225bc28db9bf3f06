using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AgentMesh.Auth;

/// <summary>The meter <c>AgentMesh.Auth</c>.</summary>
internal sealed class AuthMetrics
{
    private readonly Counter<long> _hits;
    private readonly Counter<long> _misses;
    private readonly Histogram<double> _exchanges;
    private readonly Counter<long> _records;

    public AuthMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(AuthTelemetry.Name);
        _hits = meter.CreateCounter<long>("agentmesh.token_cache.hits", "{token}", "Calls answered with a token already held.");
        _misses = meter.CreateCounter<long>("agentmesh.token_cache.misses", "{token}", "Calls that had to wait for a token.");
        _exchanges = meter.CreateHistogram<double>("agentmesh.token_exchange.duration", "s", "Duration of token exchanges.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
        _records = meter.CreateCounter<long>("agentmesh.audit.records", "{record}", "Audit records made durable.");
    }

    public void CacheHit() => _hits.Add(1);

    public void CacheMiss() => _misses.Add(1);

    public void Exchanged(TimeSpan duration, string callee, string? error)
    {
        TagList tags = new() { { "agentmesh.callee", callee } };
        if (error is not null)
            tags.Add("error.type", error);
        _exchanges.Record(duration.TotalSeconds, tags);
    }

    public void AuditRecords(int count) => _records.Add(count);
}
