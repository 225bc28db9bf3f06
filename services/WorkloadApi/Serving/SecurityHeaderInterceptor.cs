using Grpc.Core;
using Grpc.Core.Interceptors;

namespace AgentMesh.WorkloadApi.Serving;

/// <summary>Refuses every call without <c>workload.spiffe.io: true</c>: a page or a tricked HTTP client cannot send it (Workload Endpoint §3).</summary>
internal sealed class SecurityHeaderInterceptor : Interceptor
{
    private const string Header = "workload.spiffe.io";

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(request, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(request, responseStream, context);
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(requestStream, context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(requestStream, responseStream, context);
    }

    private static void Check(ServerCallContext context)
    {
        var values = context.RequestHeaders.GetAll(Header).ToArray();
        if (values is not [{ IsBinary: false, Value: "true" }])
            throw new RpcException(new Status(StatusCode.InvalidArgument, "security header missing from request"));
    }
}
