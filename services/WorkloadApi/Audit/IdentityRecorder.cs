using System.Diagnostics;
using AgentMesh.Auth;
using AgentMesh.Spiffe;
using AgentMesh.WorkloadApi.Attestation;
using AgentMesh.WorkloadApi.Authorities;
using AgentMesh.WorkloadApi.Configuration;
using AgentMesh.WorkloadApi.Entries;
using Grpc.Core;

namespace AgentMesh.WorkloadApi.Audit;

/// <summary>
/// Puts on record who was given which identity and who was not, who withdrew one, and what signs. What belongs to a call is durable before
/// its answer leaves (<see cref="RecordedAsync"/>).
/// </summary>
internal sealed class IdentityRecorder(IAuditLog audit, WorkloadApiSettings settings, TimeProvider time)
{
    private static readonly object Pending = new();
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly string _party = settings.Manifest.Services["workload-api"].SpiffeId;

    /// <summary>An SVID was made for a caller.</summary>
    public void Issued(ServerCallContext call, RegistrationEntry entry, string what, DateTimeOffset notAfter) => Write(call, Event("issuance", what) with
    {
        Caller = entry.Id.ToString(),
        Subject = entry.Id.ToString(),
        Authentication = "attested",
        Decision = "allow",
        Posture = $"{Posture(call)}; valid until {notAfter.UtcDateTime:O}",
    });

    /// <summary>A caller got nothing.</summary>
    /// <param name="call">The call.</param>
    /// <param name="reason">Stable code.</param>
    /// <param name="caller">Who it is, when it has an identity.</param>
    public void Refused(ServerCallContext call, string reason, SpiffeId? caller = null) => Write(call, Event(caller is null ? "issuance" : "decision", call.Method) with
    {
        Caller = caller?.ToString(),
        Authentication = caller is null ? "none" : "attested",
        Decision = "deny",
        Reason = reason,
        Remediation = "refused",
        Posture = Posture(call),
    });

    /// <summary>An administrator changed something.</summary>
    public void Changed(ServerCallContext call, string kind, string action, SpiffeId by, string? subject, string? remediation) => Write(call, Event(kind, action) with
    {
        Caller = by.ToString(),
        Subject = subject,
        Authentication = "attested",
        Decision = "allow",
        Posture = Posture(call),
        Remediation = remediation,
    });

    /// <summary>What signs or is trusted has changed by itself, or for the reason that another record gives. Nobody waits for it.</summary>
    public void TrustChanged(TrustSnapshot trust)
    {
        var authority = $"X.509 authority {trust.X509.Certificate.Thumbprint[..16]} signs until {trust.X509.NotAfter.UtcDateTime:O}";
        var action = $"trust bundle {trust.Sequence}: {authority}, {trust.Federated.Count} foreign trust domains";
        _ = TryAsync(audit.WriteAsync(Event("rotation", action) with { Decision = "allow" }));
    }

    /// <summary>Completes when everything that was recorded for the call is durable.</summary>
    /// <exception cref="RpcException">Unavailable: it cannot be recorded, so it must not take effect.</exception>
    public static async Task RecordedAsync(ServerCallContext call)
    {
        if (!call.UserState.Remove(Pending, out var pending))
            return;
        try
        {
            foreach (var record in (List<Task>)pending)
                await record.WaitAsync(Longest);
        }
        catch (Exception e) when (e is AuditException or TimeoutException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the decision cannot be recorded"));
        }
    }

    private static async Task TryAsync(ValueTask recording)
    {
        try
        {
            await recording;
        }
        catch (AuditException)
        {
            // The journal has said so.
        }
    }

    // The interceptor and the streams wait for these.
    private void Write(ServerCallContext call, AuditEvent auditEvent)
    {
        var record = audit.WriteAsync(auditEvent);
        if (record.IsCompletedSuccessfully)
            return;
        if (!call.UserState.TryGetValue(Pending, out var pending))
            call.UserState[Pending] = pending = new List<Task>();
        ((List<Task>)pending).Add(record.AsTask());
    }

    private AuditEvent Event(string kind, string action)
    {
        var span = Activity.Current;
        return new AuditEvent
        {
            Kind = kind,
            Time = time.GetUtcNow(),
            Party = _party,
            Callee = _party,
            Action = action,
            Decision = "",
            TraceId = span?.TraceId.ToHexString(),
            SpanId = span?.SpanId.ToHexString(),
            PolicyVersion = settings.Manifest.Version,
        };
    }

    private static string Posture(ServerCallContext call) =>
        call.GetHttpContext().Features.Get<CallerFeature>()?.Process is { } process ? $"{process} of uid {process.UserId}" : "an unknown process";
}
