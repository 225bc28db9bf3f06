using System.Diagnostics;
using System.Diagnostics.Metrics;
using AgentMesh.Spiffe;
using AgentMesh.WorkloadApi.Authorities;

namespace AgentMesh.WorkloadApi.Telemetry;

/// <summary>Spans and measurements, both under <see cref="Name"/>. Carries SPIFFE IDs and times, never keys or tokens.</summary>
internal sealed class WorkloadApiTelemetry : IDisposable
{
    public const string Name = "AgentMesh.WorkloadApi";

    private readonly ActivitySource _source = new(Name);
    private readonly Counter<long> _issued;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _rotations;
    private readonly UpDownCounter<long> _streams;
    private readonly ILogger _logger;

    public WorkloadApiTelemetry(IMeterFactory meters, ILoggerFactory loggers)
    {
        var meter = meters.Create(Name);
        _issued = meter.CreateCounter<long>("workload_api.svids.issued", "{svid}", "SVIDs issued, by kind.");
        _refused = meter.CreateCounter<long>("workload_api.calls.refused", "{call}", "Calls refused, by reason.");
        _rotations = meter.CreateCounter<long>("workload_api.trust.changes", "{change}", "Changes of what is trusted or signs.");
        _streams = meter.CreateUpDownCounter<long>("workload_api.streams.open", "{stream}", "Open streams, by call.");
        _logger = loggers.CreateLogger(Name);
    }

    public Activity? StartIssue(SpiffeId id, string kind)
    {
        var activity = _source.StartActivity("workload_api.issue");
        activity?.SetTag("spiffe.id", id.ToString());
        activity?.SetTag("spiffe.svid.type", kind);
        return activity;
    }

    public void Issued(SpiffeId id, string kind, DateTimeOffset notAfter)
    {
        _issued.Add(1, new KeyValuePair<string, object?>("spiffe.svid.type", kind));
        Log.Issued(_logger, kind, id.ToString(), notAfter);
    }

    public void Refused(string call, string reason, string caller)
    {
        _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));
        Log.Refused(_logger, call, caller, reason);
    }

    public void TrustChanged(TrustSnapshot trust, int x509Authorities, int jwtAuthorities)
    {
        _rotations.Add(1);
        Log.TrustChanged(_logger, trust.Sequence, x509Authorities, jwtAuthorities, trust.Federated.Count);
    }

    public void EntryChanged(SpiffeId id, bool enabled, string by) => Log.EntryChanged(_logger, id.ToString(), enabled ? "given back" : "withdrawn", by);

    public void RotationForced(string target, string by) => Log.RotationForced(_logger, target, by);

    public void FederationEnded(TrustDomain trustDomain, string by) => Log.FederationEnded(_logger, trustDomain.Name, by);

    public void StreamOpened(string call) => _streams.Add(1, new KeyValuePair<string, object?>("rpc.method", call));

    public void StreamClosed(string call) => _streams.Add(-1, new KeyValuePair<string, object?>("rpc.method", call));

    public void Dispose() => _source.Dispose();
}
