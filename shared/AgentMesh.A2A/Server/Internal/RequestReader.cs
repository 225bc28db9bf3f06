using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace AgentMesh.A2A.Internal;

/// <summary>Reads request bodies: bounded in size and depth, without duplicate members, errors naming the field.</summary>
internal static class RequestReader
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <summary>The body as JSON; <see langword="null"/> when there is none.</summary>
    public static async ValueTask<JsonDocument?> ReadAsync(HttpContext context, int maxBytes)
    {
        RequireJson(context.Request.ContentType);
        if (context.Request.ContentLength > maxBytes)
            throw new RequestTooLargeException(maxBytes);
        // What counts is counted here, so that a limit above the web server's own takes effect too.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
        try
        {
            using var buffer = new MemoryStream();
            await CopyAsync(context.Request.Body, buffer, maxBytes, context.RequestAborted).ConfigureAwait(false);
            return buffer.Length == 0 ? null : JsonDocument.Parse(buffer.ToArray(), Strict);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw new RequestTooLargeException(maxBytes);
        }
        catch (InvalidOperationException exception)
        {
            // Looking for duplicate members, the parser reads their names, and one is no text.
            throw new A2AException(A2AErrorCode.ParseError, "Invalid JSON payload: a member's name has a broken character.", exception);
        }
        catch (JsonException exception)
        {
            throw new A2AException(A2AErrorCode.ParseError, $"Invalid JSON payload: {FirstSentence(exception.Message)}", exception);
        }
    }

    /// <summary>Parameters of an operation.</summary>
    public static T Parse<T>(JsonElement element, JsonTypeInfo<T> type)
        where T : class
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new A2AException(A2AErrorCode.InvalidParams, "The parameters of an operation are a JSON object.");
        try
        {
            return element.Deserialize(type)!;
        }
        catch (JsonException exception)
        {
            throw A2AException.Invalid(Field(exception.Path), Describe(exception));
        }
    }

    private static async Task CopyAsync(Stream body, MemoryStream buffer, int maxBytes, CancellationToken cancellationToken)
    {
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await body.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (buffer.Length + read > maxBytes)
                throw new RequestTooLargeException(maxBytes);
            buffer.Write(chunk, 0, read);
        }
    }

    private static void RequireJson(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType))
            return;
        var type = contentType.Split(';', 2)[0].Trim();
        if (!type.Equals(A2AMediaTypes.Json, StringComparison.OrdinalIgnoreCase) && !type.Equals(A2AMediaTypes.A2AJson, StringComparison.OrdinalIgnoreCase))
            throw new A2AException(A2AErrorCode.ContentTypeNotSupported, "The body must be application/json or application/a2a+json.");
    }

    private static string Field(string? path) => path is { Length: > 2 } && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : "params";

    /// <summary>What our converters say is meant for people; what the serializer says names .NET types, which is nobody's business.</summary>
    private static string Describe(JsonException exception) =>
        exception.Message.Contains("could not be converted", StringComparison.Ordinal) ? "Not a value of the right type." : FirstSentence(exception.Message);

    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(". ", StringComparison.Ordinal);
        var path = message.IndexOf(" Path:", StringComparison.Ordinal);
        var cut = end >= 0 && (path < 0 || end < path) ? end + 1 : path;
        return cut > 0 ? message[..cut] : message;
    }
}

/// <summary>The body is larger than the server takes.</summary>
internal sealed class RequestTooLargeException(int maxBytes) : Exception($"The body is larger than {maxBytes} bytes.");
