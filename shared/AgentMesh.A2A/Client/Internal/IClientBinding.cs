namespace AgentMesh.A2A.Internal;

/// <summary>How a client's operations travel.</summary>
internal interface IClientBinding
{
    Task<TResponse> InvokeAsync<TRequest, TResponse>(ClientOperation<TRequest, TResponse> operation, TRequest request, CancellationToken cancellationToken)
        where TResponse : class;

    IAsyncEnumerable<StreamResponse> StreamAsync<TRequest>(ClientOperation<TRequest, StreamResponse> operation, TRequest request, CancellationToken cancellationToken);
}
