using Grpc.Core;
using Grpc.Core.Interceptors;

namespace AgentMesh.WorkloadApi.Audit;

/// <summary>No call ends, well or not, before what it decided is durable.</summary>
internal sealed class RecordedBeforeAnswered : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        finally
        {
            await IdentityRecorder.RecordedAsync(context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        finally
        {
            await IdentityRecorder.RecordedAsync(context);
        }
    }
}
