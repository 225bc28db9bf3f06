using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AgentMesh.Spiffe.Internal;

/// <summary>The library's spans and metrics; both sources are named <c>AgentMesh.Spiffe</c>.</summary>
internal sealed class SpiffeTelemetry : IDisposable
{
    public const string Name = "AgentMesh.Spiffe";

    private static readonly ActivitySource Activities = new(Name);

    private readonly Meter _meter;
    private readonly bool _owned;
    private readonly Counter<long> _rotations;
    private readonly Counter<long> _reconnects;

    /// <param name="meters">Null for a meter of its own.</param>
    /// <param name="secondsToExpiry">Null while there is no SVID.</param>
    public SpiffeTelemetry(IMeterFactory? meters, Func<double?> secondsToExpiry)
    {
        _owned = meters is null;
        _meter = meters?.Create(Name) ?? new Meter(Name);
        _rotations = _meter.CreateCounter<long>("spiffe.svid.rotations", "{rotation}", "X509-SVIDs that replaced another.");
        _reconnects = _meter.CreateCounter<long>("spiffe.workload_api.reconnects", "{reconnect}", "Streams to the Workload API opened again.");
        _meter.CreateObservableGauge("spiffe.svid.time_to_expiry", () => secondsToExpiry() is { } seconds ? [new Measurement<double>(seconds)] : Array.Empty<Measurement<double>>(),
            "s", "Until the X509-SVID in use expires; negative when it has.");
    }

    public void Rotated() => _rotations.Add(1);

    public void Reconnected(string method) => _reconnects.Add(1, new KeyValuePair<string, object?>("rpc.method", method));

    public void Dispose()
    {
        if (_owned)
            _meter.Dispose();
    }

    public static Activity? StartCall(string method)
    {
        var span = Activities.StartActivity("SpiffeWorkloadAPI/" + method, ActivityKind.Client);
        span?.SetTag("rpc.system", "grpc").SetTag("rpc.service", "SpiffeWorkloadAPI").SetTag("rpc.method", method);
        return span;
    }
}
