using AgentMesh.WorkloadApi.Attestation;
using AgentMesh.WorkloadApi.Configuration;
using AgentMesh.WorkloadApi.Federation;
using Grpc.AspNetCore.Server;

namespace AgentMesh.WorkloadApi.Serving;

/// <summary>gRPC on the Unix socket, documents on loopback, the bundle on its endpoint, and nothing where it does not belong (Workload Endpoint §2).</summary>
internal static class ListenerSeparation
{
    public static void UseListenerSeparation(this IApplicationBuilder app, WorkloadApiSettings settings)
    {
        app.Use((http, next) => http.Features.Get<BundleEndpointFeature>() is null ? next(http) : BundleEndpointListener.AnswerAsync(http, settings.BundleEndpoint!));
        app.UseRouting();
        app.Use((http, next) =>
        {
            var onSocket = http.Features.Get<CallerFeature>() is not null;
            var isGrpc = http.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is not null
                || http.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true;
            if (onSocket == isGrpc)
                return next(http);
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }
}
