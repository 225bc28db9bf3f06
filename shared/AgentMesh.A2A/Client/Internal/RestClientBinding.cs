using System.Runtime.CompilerServices;
using System.Text.Json;

namespace AgentMesh.A2A.Internal;

/// <summary>The client's half of A2A §11.</summary>
internal sealed class RestClientBinding(ClientTransport transport, string url) : IClientBinding
{
    private const string Accept = $"{A2AMediaTypes.A2AJson}, {A2AMediaTypes.Json}";

    private readonly string _url = url.TrimEnd('/');

    public async Task<TResponse> InvokeAsync<TRequest, TResponse>(ClientOperation<TRequest, TResponse> operation, TRequest request, CancellationToken cancellationToken)
        where TResponse : class
    {
        using var response = await SendAsync(operation, request, Accept, cancellationToken).ConfigureAwait(false);
        if (operation.ResponseType is not { } type && response.IsSuccessStatusCode)
            return null!;
        var body = await transport.ReadJsonAsync(response, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode
            ? ClientTransport.Deserialize(body, operation.ResponseType!, response)
            : throw ClientTransport.Error(body, response);
    }

    public async IAsyncEnumerable<StreamResponse> StreamAsync<TRequest>(
        ClientOperation<TRequest, StreamResponse> operation, TRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync(operation, request, A2AMediaTypes.EventStream, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            throw ClientTransport.Error(await transport.ReadJsonAsync(response, cancellationToken).ConfigureAwait(false), response);
        if (response.Content.Headers.ContentType?.MediaType != A2AMediaTypes.EventStream)
            throw ClientTransport.Invalid("The agent did not answer with a stream.", response);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var item in EventStreamReader.ReadAsync(stream, transport.MaxEventBytes, cancellationToken).ConfigureAwait(false))
        {
            var json = ClientTransport.Parse(item.Data, response);
            yield return item.IsError
                ? throw ClientTransport.Error(json, response)
                : ClientTransport.Deserialize(json, operation.ResponseType!, response);
        }
    }

    private Task<HttpResponseMessage> SendAsync<TRequest, TResponse>(
        ClientOperation<TRequest, TResponse> operation, TRequest request, string accept, CancellationToken cancellationToken) => transport.SendAsync(
            operation.Verb,
            _url + operation.Path(request),
            operation.HasBody ? JsonSerializer.SerializeToUtf8Bytes(request, operation.RequestType) : null,
            accept,
            cancellationToken);
}
