using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AgentMesh.A2A.Internal;

/// <summary>What both bindings share on the client: headers, bounded reading, errors.</summary>
internal sealed class ClientTransport(HttpClient http, A2AClientOptions options)
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64 };

    public int MaxEventBytes => options.MaxEventBytes;

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string url, byte[]? body, string accept, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, url);
        request.Headers.TryAddWithoutValidation(A2AHeaders.Version, A2AProtocol.Version);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (options.Extensions.Count > 0)
            request.Headers.TryAddWithoutValidation(A2AHeaders.Extensions, string.Join(",", options.Extensions));
        if (body is not null)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(A2AMediaTypes.Json) } };
        options.Prepare?.Invoke(request);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The body as JSON; undefined when there is none.</summary>
    public async Task<JsonElement> ReadJsonAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (buffer.Length + read > options.MaxResponseBytes)
                throw Invalid($"The agent's answer is larger than {options.MaxResponseBytes} bytes.", response);
            buffer.Write(chunk, 0, read);
        }
        return buffer.Length == 0 ? default : Parse(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), response);
    }

    public static JsonElement Parse(ReadOnlyMemory<byte> json, HttpResponseMessage response)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw response.IsSuccessStatusCode ? Invalid("The agent's answer is not JSON.", response, exception) : HttpError(response);
        }
    }

    public static T Deserialize<T>(JsonElement element, JsonTypeInfo<T> type, HttpResponseMessage response)
        where T : class
    {
        try
        {
            return (element.ValueKind == JsonValueKind.Object ? element.Deserialize(type) : null)
                ?? throw Invalid("The agent's answer is not what the operation answers with.", response);
        }
        catch (JsonException exception)
        {
            throw Invalid($"The agent's answer is not valid at {exception.Path}.", response, exception);
        }
    }

    /// <summary>The error in an answer of either binding.</summary>
    public static A2AException Error(JsonElement body, HttpResponseMessage response) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object
            ? ErrorJson.Read(error, (int)response.StatusCode)
            : HttpError(response);

    public static A2AException Invalid(string message, HttpResponseMessage response, Exception? inner = null) =>
        new(A2AErrorCode.InvalidAgentResponse, message, inner) { HttpStatus = (int)response.StatusCode };

    private static A2AException HttpError(HttpResponseMessage response) => new(
        response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => A2AErrorCode.Unauthenticated,
            HttpStatusCode.Forbidden => A2AErrorCode.Forbidden,
            HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests => A2AErrorCode.Overloaded,
            _ => A2AErrorCode.InvalidAgentResponse,
        },
        $"The agent answered {(int)response.StatusCode} {response.ReasonPhrase}.")
    {
        HttpStatus = (int)response.StatusCode,
    };
}
