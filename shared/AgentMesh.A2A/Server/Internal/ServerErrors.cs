using Microsoft.Extensions.Logging;

namespace AgentMesh.A2A.Internal;

/// <summary>What of a failure the client is told.</summary>
internal static partial class ServerErrors
{
    public static (A2AException Error, int HttpStatus) Translate(Exception exception, ILogger logger)
    {
        switch (exception)
        {
            case A2AException error:
                return (error, error.Code.HttpStatus());
            case RequestTooLargeException:
                return (new(A2AErrorCode.InvalidRequest, exception.Message), 413);
            case SlowReaderException:
                return (new(A2AErrorCode.Overloaded, exception.Message), 503);
            case Microsoft.AspNetCore.Http.BadHttpRequestException:
                return (new(A2AErrorCode.InvalidRequest), 400);
            default:
                LogRequestFailed(logger, exception);
                return (new(A2AErrorCode.InternalError), 500);
        }
    }

    /// <summary>The host may record a refusal before the caller learns of it.</summary>
    public static ValueTask TellHostAsync(A2AServerOptions options, Microsoft.AspNetCore.Http.HttpContext context, A2AException error) =>
        options.OnRefused is { } tell ? tell(context, error) : ValueTask.CompletedTask;

    public static void RequireStreaming(A2AServerOptions options)
    {
        if (options.Card!.Capabilities.Streaming != true)
            throw new A2AException(A2AErrorCode.UnsupportedOperation, "The agent does not stream.");
    }

    [LoggerMessage(7006, LogLevel.Error, "An A2A request failed.")]
    private static partial void LogRequestFailed(ILogger logger, Exception exception);
}
