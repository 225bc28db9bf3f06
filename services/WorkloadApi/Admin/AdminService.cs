using AgentMesh.Manifest;
using AgentMesh.Spiffe;
using AgentMesh.WorkloadApi.Audit;
using AgentMesh.WorkloadApi.Authorities;
using AgentMesh.WorkloadApi.Entries;
using AgentMesh.WorkloadApi.Federation;
using AgentMesh.WorkloadApi.Protocol;
using AgentMesh.WorkloadApi.Serving;
using AgentMesh.WorkloadApi.Telemetry;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace AgentMesh.WorkloadApi.Admin;

/// <summary>Withdrawal and rotation at runtime. The caller is attested as for an SVID; its identity is its permission.</summary>
internal sealed class AdminService(
    CallerIdentities identities, IEntryStore entries, TrustState trust, FederationService federation, WorkloadApiTelemetry telemetry, IdentityRecorder recorder,
    TimeProvider time) : WorkloadAdmin.WorkloadAdminBase
{
    public override Task<SetEntryStateResponse> SetEntryState(SetEntryStateRequest request, ServerCallContext context)
    {
        var by = Require(context, IsAuthServer);
        var entry = Find(request.SpiffeId);
        if (IsAuthServer(entry) && !request.Enabled)
            throw new RpcException(new Status(StatusCode.FailedPrecondition, "the authorization server cannot withdraw its own identity: nobody could give it back"));
        var changed = entries.SetEnabled(entry, request.Enabled);
        if (changed)
            telemetry.EntryChanged(entry.Id, request.Enabled, by.Id.ToString());
        recorder.Changed(context, "revocation", request.Enabled ? "enable-entry" : "disable-entry", by.Id, entry.Id.ToString(), request.Enabled ? null : "svids_withdrawn");
        return Task.FromResult(new SetEntryStateResponse { Changed = changed });
    }

    public override Task<RotateResponse> Rotate(RotateRequest request, ServerCallContext context)
    {
        var by = Require(context, IsAuthServerOrOperator);
        if (request.SpiffeId.Length > 0 && request.Target != RotationTarget.X509Svid)
            throw new RpcException(new Status(StatusCode.InvalidArgument, "spiffe_id goes with X509_SVID only"));
        var effective = request.Target switch
        {
            RotationTarget.X509Svid => RenewSvids(request.SpiffeId),
            RotationTarget.X509Authority => trust.RotateX509Authority(),
            RotationTarget.JwtAuthority => trust.RotateJwtAuthority(),
            _ => throw new RpcException(new Status(StatusCode.InvalidArgument, "target must be specified")),
        };
        telemetry.RotationForced(request.Target.ToString(), by.Id.ToString());
        recorder.Changed(context, "rotation", $"rotate {request.Target} from {effective.UtcDateTime:O}", by.Id, request.SpiffeId.Length > 0 ? request.SpiffeId : null, "renewed_ahead_of_time");
        return Task.FromResult(new RotateResponse { Effective = effective.ToTimestamp() });
    }

    public override Task<EndFederationResponse> EndFederation(EndFederationRequest request, ServerCallContext context)
    {
        var by = Require(context, IsAuthServerOrOperator);
        if (!TrustDomain.TryParse(request.TrustDomain, out var trustDomain))
            throw new RpcException(new Status(StatusCode.InvalidArgument, "trust_domain is not a trust domain"));
        var ended = federation.End(trustDomain);
        if (ended)
            telemetry.FederationEnded(trustDomain, by.Id.ToString());
        recorder.Changed(context, "revocation", "end-federation", by.Id, trustDomain.Id.ToString(), "trust_domain_untrusted");
        return Task.FromResult(new EndFederationResponse { Ended = ended });
    }

    public override Task<ListEntriesResponse> ListEntries(ListEntriesRequest request, ServerCallContext context)
    {
        Require(context, IsAuthServerOrOperator);
        var response = new ListEntriesResponse();
        foreach (var entry in entries.Entries)
            response.Entries.Add(new EntryState { SpiffeId = entry.Id.ToString(), Enabled = entry.Enabled, Selectors = { entry.Conditions } });
        return Task.FromResult(response);
    }

    private static bool IsAuthServer(RegistrationEntry entry) => entry.Party is { Kind: PartyKind.Service, Name: "auth-server" };

    private static bool IsAuthServerOrOperator(RegistrationEntry entry) => IsAuthServer(entry) || entry.Party.Kind == PartyKind.Operator;

    private DateTimeOffset RenewSvids(string spiffeId)
    {
        entries.RenewNow(spiffeId.Length == 0 ? entries.Entries : [Find(spiffeId)]);
        return time.GetUtcNow();
    }

    private RegistrationEntry Find(string spiffeId)
    {
        if (!SpiffeId.TryParse(spiffeId, out var id))
            throw new RpcException(new Status(StatusCode.InvalidArgument, "spiffe_id is not a SPIFFE ID"));
        return entries.Find(id!) ?? throw new RpcException(new Status(StatusCode.NotFound, $"there is no entry for {id}"));
    }

    private RegistrationEntry Require(ServerCallContext context, Func<RegistrationEntry, bool> allowed)
    {
        var callers = identities.Of(context);
        if (callers.FirstOrDefault(allowed) is { } caller)
            return caller;
        telemetry.Refused(context.Method, "not an administrator", callers[0].Id.ToString());
        recorder.Refused(context, "not_administrator", callers[0].Id);
        throw new RpcException(new Status(StatusCode.PermissionDenied, "only the authorization server and operators may do this"));
    }
}
