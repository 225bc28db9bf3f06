using System.Buffers;
using System.Text.Json;
using AgentMesh.AuthServer.Requests;
using AgentMesh.AuthServer.Revocation;

namespace AgentMesh.AuthServer.Events;

/// <summary>
/// RFC 8936 poll-based delivery at <c>/events/{stream}</c>. Every party of the mesh may listen; its processes each take a stream name of
/// their own. A new stream begins with everything that is still revoked.
/// </summary>
internal sealed partial class PollEndpoint(EndpointRequest endpoint, EventFeed feed, EventStreams streams, SecurityEventLog log, SecurityEventToken tokens, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<PollEndpoint> logger)
{
    private const int MostEvents = 100;
    private const int LongestStreamName = 64;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    public static void Map(WebApplication app) =>
        app.MapPost("/events/{stream}", (HttpContext http, string stream, PollEndpoint poll) => poll.PollAsync(http, stream));

    private async Task PollAsync(HttpContext http, string name)
    {
        if (await endpoint.AuthenticateAsync(http, "decision", "poll-events", takesJwtSvid: true) is not { } request)
        {
            return;
        }
        if (await ReadAsync(http) is not { } poll || name.Length > LongestStreamName)
        {
            await endpoint.RefuseAsync(request, "decision", "poll-events", StatusCodes.Status400BadRequest, "invalid_request", "poll_malformed", "This is not a poll request of RFC 8936.");
            return;
        }
        if (await streams.OpenAsync(request.Party!.SpiffeId, name, http.RequestAborted) is not { } stream)
        {
            await endpoint.RefuseAsync(request, "decision", "poll-events", StatusCodes.Status429TooManyRequests, "temporarily_unavailable", "too_many_streams", "This party has more streams open than it can have processes.");
            return;
        }
        Acknowledge(stream, poll);

        var atMost = Math.Clamp(poll.MaxEvents ?? MostEvents, 0, MostEvents);
        var (events, more, next) = feed.After(stream.Acknowledged, atMost);
        if (events.Count == 0 && atMost > 0 && !poll.ReturnImmediately)
        {
            await WaitAsync(next, http.RequestAborted);
            (events, more, _) = feed.After(stream.Acknowledged, atMost);
            if (events.Count == 0 && log.IsBehind)
            {
                // "Nothing" would be a promise that nothing was revoked.
                await RefuseWhenBehind.RefuseAsync(http);
                return;
            }
        }

        await AnswerAsync(http, stream, events, more);
    }

    // RFC 8936 §2.5, in one piece: many receivers wake up at once.
    private async Task AnswerAsync(HttpContext http, EventStream stream, IReadOnlyList<PublishedEvent> events, bool more)
    {
        var body = new ArrayBufferWriter<byte>(64 + (1024 * events.Count));
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteStartObject("sets"u8);
            foreach (var each in events)
            {
                stream.Sent(each.Row.Position, each.Row.Id);
                json.WriteString(each.Row.Id, each.Token(tokens));
            }
            json.WriteEndObject();
            json.WriteBoolean("moreAvailable"u8, more);
            json.WriteEndObject();
        }
        http.Response.Headers.CacheControl = "no-store";
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.WrittenCount;
        await http.Response.Body.WriteAsync(body.WrittenMemory, http.RequestAborted);
    }

    private void Acknowledge(EventStream stream, PollRequest poll)
    {
        stream.Acknowledge(poll.Acknowledged);
        if (poll.Errors is { Count: > 0 } errors)
        {
            LogReceiverErrors(stream.Receiver, errors.Count);
            stream.Acknowledge(errors.Keys);
        }
    }

    private async Task WaitAsync(Task next, CancellationToken requestAborted)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(requestAborted, lifetime.ApplicationStopping);
        try
        {
            await next.WaitAsync(LongestWait, time, ended.Token);
        }
        catch (Exception nothing) when (nothing is TimeoutException || (nothing is OperationCanceledException && !requestAborted.IsCancellationRequested))
        {
            // Nothing happened in time, or the server is stopping: an empty answer is the answer.
        }
    }

    private static async Task<PollRequest?> ReadAsync(HttpContext http)
    {
        try
        {
            var poll = await http.Request.ReadFromJsonAsync<PollRequest>(http.RequestAborted);
            return poll?.Acknowledged is { } acknowledged && acknowledged.All(static id => id is not null) ? poll : null;
        }
        catch (Exception malformed) when (malformed is JsonException or BadHttpRequestException or InvalidOperationException)
        {
            return null;
        }
    }

    [LoggerMessage(2302, LogLevel.Warning, "{Receiver} could not use {Count} security event(s)")]
    private partial void LogReceiverErrors(string receiver, int count);
}
