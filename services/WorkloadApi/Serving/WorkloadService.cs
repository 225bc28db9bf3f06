using AgentMesh.Spiffe;
using AgentMesh.Spiffe.Protocol;
using AgentMesh.WorkloadApi.Audit;
using AgentMesh.WorkloadApi.Authorities;
using AgentMesh.WorkloadApi.Configuration;
using AgentMesh.WorkloadApi.Telemetry;
using Google.Protobuf;
using Grpc.Core;

namespace AgentMesh.WorkloadApi.Serving;

/// <summary>The X.509 and JWT profiles of the SPIFFE Workload API (§5, §6). The WIT profile's calls keep the base class's Unimplemented.</summary>
internal sealed class WorkloadService(
    CallerIdentities identities,
    TrustState trust,
    Streams streams,
    JwtSvidIssuer tokens,
    WorkloadApiSettings settings,
    WorkloadApiTelemetry telemetry,
    IdentityRecorder recorder,
    TimeProvider time) : SpiffeWorkloadAPI.SpiffeWorkloadAPIBase
{
    public override async Task FetchX509SVID(X509SVIDRequest request, IServerStreamWriter<X509SVIDResponse> responseStream, ServerCallContext context)
    {
        using var held = new HeldSvids(settings.Manifest.Lifetimes.X509Svid, telemetry, (entry, notAfter) => recorder.Issued(context, entry, "x509-svid", notAfter));
        await streams.RunAsync(
            context,
            responseStream,
            () => held.Refresh(identities.Of(context), trust.Current, time.GetUtcNow()),
            () => held.RenewAt);
    }

    public override Task FetchX509Bundles(X509BundlesRequest request, IServerStreamWriter<X509BundlesResponse> responseStream, ServerCallContext context) =>
        RunBundlesAsync(context, responseStream, now =>
        {
            var response = new X509BundlesResponse();
            response.Bundles.Add(now.TrustDomain.Id.ToString(), now.X509Authorities);
            foreach (var (trustDomain, bundle) in now.Federated)
                response.Bundles.Add(trustDomain.Id.ToString(), bundle.X509Authorities);
            return response;
        });

    public override Task FetchJWTBundles(JWTBundlesRequest request, IServerStreamWriter<JWTBundlesResponse> responseStream, ServerCallContext context) =>
        RunBundlesAsync(context, responseStream, now =>
        {
            var response = new JWTBundlesResponse();
            response.Bundles.Add(now.TrustDomain.Id.ToString(), now.JwtKeys);
            foreach (var (trustDomain, bundle) in now.Federated)
                response.Bundles.Add(trustDomain.Id.ToString(), bundle.JwtKeys);
            return response;
        });

    public override Task<JWTSVIDResponse> FetchJWTSVID(JWTSVIDRequest request, ServerCallContext context)
    {
        if (request.Audience.Count == 0 || request.Audience.Any(string.IsNullOrEmpty))
            throw new RpcException(new Status(StatusCode.InvalidArgument, "audience must be specified"));
        var own = identities.Of(context);
        var entries = own;
        if (request.SpiffeId.Length > 0)
        {
            if (!SpiffeId.TryParse(request.SpiffeId, out var wanted))
                throw new RpcException(new Status(StatusCode.InvalidArgument, "spiffe_id is not a SPIFFE ID"));
            entries = [.. own.Where(e => e.Id.Equals(wanted))];
            if (entries.Count == 0)
            {
                recorder.Refused(context, "not_own_identity", own[0].Id);
                throw new RpcException(new Status(StatusCode.PermissionDenied, "no identity issued"));
            }
        }
        var response = new JWTSVIDResponse();
        foreach (var entry in entries)
        {
            response.Svids.Add(new JWTSVID { SpiffeId = entry.Id.ToString(), Svid = tokens.Issue(entry.Id, request.Audience), Hint = entry.Party.Name });
            recorder.Issued(context, entry, $"jwt-svid for {Bounded(string.Join(' ', request.Audience))}", time.GetUtcNow() + settings.Manifest.Lifetimes.JwtSvid);
        }
        return Task.FromResult(response);
    }

    public override Task<ValidateJWTSVIDResponse> ValidateJWTSVID(ValidateJWTSVIDRequest request, ServerCallContext context)
    {
        if (request.Audience.Length == 0)
            throw new RpcException(new Status(StatusCode.InvalidArgument, "audience must be specified"));
        if (request.Svid.Length == 0)
            throw new RpcException(new Status(StatusCode.InvalidArgument, "svid must be specified"));
        _ = identities.Of(context);
        var validation = JwtSvidValidator.Validate(request.Svid, trust.Current, request.Audience, time.GetUtcNow());
        if (validation.Svid is not { } svid)
            throw new RpcException(new Status(StatusCode.InvalidArgument, validation.Error ?? "the token is not valid"));
        return Task.FromResult(new ValidateJWTSVIDResponse { SpiffeId = svid.Id.ToString(), Claims = ClaimsStruct.From(svid.Claims) });
    }

    // What a caller asks for goes into the journal, but not all of whatever it asks for.
    private static string Bounded(string text) => text.Length > 256 ? text[..256] : text;

    private Task RunBundlesAsync<T>(ServerCallContext context, IServerStreamWriter<T> responseStream, Func<TrustSnapshot, T> response)
        where T : class, IMessage
    {
        T? last = null;
        return streams.RunAsync(
            context,
            responseStream,
            () =>
            {
                // Asked although the answer does not depend on it: a withdrawn identity ends these streams too.
                _ = identities.Of(context);
                var next = response(trust.Current);
                if (next.Equals(last))
                    return null;
                last = next;
                return next;
            },
            () => DateTimeOffset.MaxValue);
    }
}
