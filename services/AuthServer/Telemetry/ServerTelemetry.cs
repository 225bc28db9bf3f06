using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AgentMesh.AuthServer.Telemetry;

/// <summary>Spans and metrics of this server, both named <see cref="Name"/>.</summary>
internal sealed class ServerTelemetry
{
    public const string Name = "AgentMesh.AuthServer";

    private readonly Counter<long> _issued;
    private readonly Counter<long> _refused;
    private readonly Histogram<double> _duration;

    public ServerTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _issued = meter.CreateCounter<long>("agentmesh.tokens.issued", "{token}", "Access tokens issued.");
        _refused = meter.CreateCounter<long>("agentmesh.requests.refused", "{request}", "Requests refused, by error and reason.");
        _duration = meter.CreateHistogram<double>("agentmesh.request.duration", "s", "Time from a request's first handler to its answer.");
    }

    public static ActivitySource Activities { get; } = new(Name);

    public void Record(string operation, string? error, string? reason, TimeSpan duration)
    {
        if (error is null)
        {
            if (operation is "token-exchange" or "approved-token")
            {
                _issued.Add(1);
            }
            _duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("operation", operation));
            return;
        }
        _refused.Add(1, new("operation", operation), new("error.type", error), new("reason", reason ?? error));
        _duration.Record(duration.TotalSeconds, new("operation", operation), new("error.type", error));
    }
}
