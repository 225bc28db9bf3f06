using AgentMesh.WorkloadApi.Attestation;
using AgentMesh.WorkloadApi.Audit;
using AgentMesh.WorkloadApi.Entries;
using AgentMesh.WorkloadApi.Telemetry;
using Grpc.Core;

namespace AgentMesh.WorkloadApi.Serving;

/// <summary>Who may be who: the one place that turns a connection into identities, asked again for each call and each renewal.</summary>
internal sealed class CallerIdentities(IEntryStore entries, WorkloadApiTelemetry telemetry, IdentityRecorder recorder)
{
    /// <returns>At least one entry.</returns>
    /// <exception cref="RpcException">PermissionDenied: the caller has none (Workload API §4.1), or is no longer the process that connected.</exception>
    public IReadOnlyList<RegistrationEntry> Of(ServerCallContext call)
    {
        var process = call.GetHttpContext().Features.Get<CallerFeature>()?.Process;
        if (process is null)
            throw Refuse(call, "process_unknown", "the caller's process cannot be told", "an unknown process");
        if (!process.IsUnchanged())
            throw Refuse(call, "process_changed", "the process that connected has ended or become another program", process.ToString());
        var matching = entries.Match(process);
        return matching.Count > 0
            ? matching
            : throw Refuse(call, "no_entry", "no enabled registration entry matches", $"{process} of uid {process.UserId}");
    }

    private RpcException Refuse(ServerCallContext call, string code, string reason, string caller)
    {
        recorder.Refused(call, code);
        telemetry.Refused(call.Method, reason, caller);
        // The caller is told no more than the standard's words: what would have matched is nobody's business.
        return new RpcException(new Status(StatusCode.PermissionDenied, "no identity issued"));
    }
}
