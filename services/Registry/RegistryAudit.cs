using System.Diagnostics;
using AgentMesh.Auth;

namespace AgentMesh.Registry;

/// <summary>Puts refused registrations on record. What the pipeline decides, it records itself.</summary>
internal sealed partial class RegistryAudit(MeshIdentity identity, IAuditLog audit, TimeProvider time, ILogger<RegistryAudit> logger)
{
    private const string Refused = "registration_refused";

    public async ValueTask RecordRefusalAsync(HttpContext context, string why)
    {
        var served = DelegationContext.Current;
        LogRefused(served?.Caller ?? "nobody", why);
        await audit.WriteAsync(
            new AuditEvent
            {
                Kind = "decision",
                Time = time.GetUtcNow(),
                Party = identity.Id.ToString(),
                Caller = served?.Caller,
                Subject = served?.Subject,
                Callee = identity.Id.ToString(),
                Action = context.Request.Method == HttpMethods.Delete ? "unregister" : "register",
                Authentication = "mtls",
                Decision = "deny",
                Reason = Refused,
                TraceId = Activity.Current?.TraceId.ToHexString(),
                SpanId = Activity.Current?.SpanId.ToHexString(),
                PolicyVersion = identity.Manifest.Version,
                Posture = served?.Posture,
                Risk = AuditFacts.RiskOf(identity.Manifest, served?.Scopes),
                Remediation = "refused",
            },
            context.RequestAborted);
    }

    [LoggerMessage(7201, LogLevel.Warning, "A registration by {Caller} was refused: {Reason}")]
    private partial void LogRefused(string caller, string reason);
}
