using System.Diagnostics.Metrics;

namespace AgentMesh.Auth;

/// <summary>How shipping goes, on the meter <c>AgentMesh.Auth</c>.</summary>
internal sealed class AuditShippingMetrics
{
    private readonly Counter<long> _shipped;
    private readonly Counter<long> _failed;
    private Func<long>? _behind;

    public AuditShippingMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(AuthTelemetry.Name);
        _shipped = meter.CreateCounter<long>("agentmesh.audit.shipped", "{record}", "Audit records that the ledger acknowledged.");
        _failed = meter.CreateCounter<long>("agentmesh.audit.shipping_failures", "{batch}", "Batches that the ledger refused or did not answer, by outcome.");
        meter.CreateObservableGauge("agentmesh.audit.behind", () => _behind?.Invoke() ?? 0, "{record}", "Records of the journal that the ledger has not acknowledged.");
    }

    public void Shipped(long records) => _shipped.Add(records);

    public void Failed(LedgerOutcome outcome) => _failed.Add(1, new KeyValuePair<string, object?>("outcome", outcome == LedgerOutcome.Refused ? "refused" : "unavailable"));

    public void Watch(Func<long> behind) => Volatile.Write(ref _behind, behind);
}
