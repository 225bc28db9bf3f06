using AgentMesh.Spiffe.Protocol;
using Grpc.Core;

namespace AgentMesh.Spiffe.Tests.Fakes;

/// <summary>The gRPC side of <see cref="FakeWorkloadApi"/>; insists on the security header as the standard does.</summary>
internal sealed class FakeWorkloadApiService(FakeWorkloadApi api) : SpiffeWorkloadAPI.SpiffeWorkloadAPIBase
{
    public override Task FetchX509SVID(X509SVIDRequest request, IServerStreamWriter<X509SVIDResponse> responseStream, ServerCallContext context) =>
        api.X509.ServeAsync(responseStream, Checked(context).CancellationToken);

    public override Task FetchX509Bundles(X509BundlesRequest request, IServerStreamWriter<X509BundlesResponse> responseStream, ServerCallContext context) =>
        api.X509Bundles.ServeAsync(responseStream, Checked(context).CancellationToken);

    public override Task FetchJWTBundles(JWTBundlesRequest request, IServerStreamWriter<JWTBundlesResponse> responseStream, ServerCallContext context) =>
        api.JwtBundles.ServeAsync(responseStream, Checked(context).CancellationToken);

    public override Task<JWTSVIDResponse> FetchJWTSVID(JWTSVIDRequest request, ServerCallContext context)
    {
        Checked(context);
        return api.FetchJwt(request);
    }

    public override Task<ValidateJWTSVIDResponse> ValidateJWTSVID(ValidateJWTSVIDRequest request, ServerCallContext context)
    {
        Checked(context);
        return Task.FromResult(api.Validate(request));
    }

    private static ServerCallContext Checked(ServerCallContext context) =>
        context.RequestHeaders.GetValue("workload.spiffe.io") == "true"
            ? context : throw new RpcException(new Status(StatusCode.InvalidArgument, "security header missing from request"));
}
