using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace AgentMesh.A2A.Internal;

/// <summary>The client's half of A2A §9.</summary>
internal sealed class JsonRpcClientBinding(ClientTransport transport, string url) : IClientBinding
{
    private long _lastId;

    public async Task<TResponse> InvokeAsync<TRequest, TResponse>(ClientOperation<TRequest, TResponse> operation, TRequest request, CancellationToken cancellationToken)
        where TResponse : class
    {
        var (body, id) = Envelope(operation, request);
        using var response = await transport.SendAsync(HttpMethod.Post, url, body, A2AMediaTypes.Json, cancellationToken).ConfigureAwait(false);
        var result = Unwrap(await transport.ReadJsonAsync(response, cancellationToken).ConfigureAwait(false), id, response);
        return operation.ResponseType is { } type ? ClientTransport.Deserialize(result, type, response) : null!;
    }

    public async IAsyncEnumerable<StreamResponse> StreamAsync<TRequest>(
        ClientOperation<TRequest, StreamResponse> operation, TRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (body, id) = Envelope(operation, request);
        using var response = await transport.SendAsync(HttpMethod.Post, url, body, A2AMediaTypes.EventStream, cancellationToken).ConfigureAwait(false);
        if (response.Content.Headers.ContentType?.MediaType != A2AMediaTypes.EventStream)
        {
            Unwrap(await transport.ReadJsonAsync(response, cancellationToken).ConfigureAwait(false), id, response);
            throw ClientTransport.Invalid("The agent did not answer with a stream.", response);
        }
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var item in EventStreamReader.ReadAsync(stream, transport.MaxEventBytes, cancellationToken).ConfigureAwait(false))
            yield return ClientTransport.Deserialize(Unwrap(ClientTransport.Parse(item.Data, response), id, response), operation.ResponseType!, response);
    }

    private (byte[] Body, long Id) Envelope<TRequest, TResponse>(ClientOperation<TRequest, TResponse> operation, TRequest request)
    {
        var id = Interlocked.Increment(ref _lastId);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc"u8, "2.0"u8);
            writer.WriteNumber("id"u8, id);
            writer.WriteString("method"u8, operation.Method);
            writer.WritePropertyName("params"u8);
            JsonSerializer.Serialize(writer, request, operation.RequestType);
            writer.WriteEndObject();
        }
        return (buffer.WrittenSpan.ToArray(), id);
    }

    private static JsonElement Unwrap(JsonElement answer, long id, HttpResponseMessage response)
    {
        if (answer.ValueKind != JsonValueKind.Object || answer.TryGetProperty("error", out _) || !response.IsSuccessStatusCode)
            throw ClientTransport.Error(answer, response);
        if (!answer.TryGetProperty("id", out var given) || given.ValueKind != JsonValueKind.Number || !given.TryGetInt64(out var number) || number != id)
            throw ClientTransport.Invalid("The agent's answer is not the answer to this request.", response);
        return answer.TryGetProperty("result", out var result) ? result : throw ClientTransport.Invalid("The agent's answer has neither a result nor an error.", response);
    }
}
