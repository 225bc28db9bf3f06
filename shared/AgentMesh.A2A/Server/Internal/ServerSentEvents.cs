using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace AgentMesh.A2A.Internal;

/// <summary>Writes a stream of events as server-sent events. JSON has no line breaks, so an event is one data line.</summary>
internal sealed class ServerSentEvents(HttpContext context, TimeSpan keepAlive, TimeProvider time)
{
    private readonly PipeWriter _body = context.Response.BodyWriter;
    private Task<bool> _tick = Task.FromResult(false);

    /// <summary>Writes events until they end or the client hangs up.</summary>
    /// <param name="events">The events.</param>
    /// <param name="before">What stands before the JSON of each event.</param>
    /// <param name="after">What stands behind it.</param>
    /// <param name="cancellationToken">Fires when the client hangs up.</param>
    public async Task WriteAsync(IAsyncEnumerable<TaskEvent> events, ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after, CancellationToken cancellationToken)
    {
        Start();
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var enumerator = events.GetAsyncEnumerator(reading.Token);
        await using var _ = enumerator.ConfigureAwait(false);
        using var timer = new PeriodicTimer(keepAlive, time);
        _tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
        while (await MoveNextAsync(enumerator, timer, reading).ConfigureAwait(false))
        {
            _body.Write("data: "u8);
            _body.Write(before.Span);
            _body.Write(enumerator.Current.Json.Span);
            _body.Write(after.Span);
            _body.Write("\n\n"u8);
            // Also bounds what is buffered for a reader that does not keep up: the flush waits for it.
            if (_body.UnflushedBytes > 16 * 1024)
                await _body.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        await _body.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Moves on; while there is nothing to move on to, what was written is flushed and the connection kept alive.</summary>
    private async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<TaskEvent> enumerator, PeriodicTimer timer, CancellationTokenSource reading)
    {
        var moving = enumerator.MoveNextAsync().AsTask();
        if (moving.IsCompleted)
            return await moving.ConfigureAwait(false);
        try
        {
            await _body.FlushAsync(reading.Token).ConfigureAwait(false);
            while (await Task.WhenAny(moving, _tick).ConfigureAwait(false) != moving)
            {
                _tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
                _body.Write(": keep-alive\n\n"u8);
                await _body.FlushAsync(reading.Token).ConfigureAwait(false);
            }
        }
        catch
        {
            // An enumerator must not be disposed of while it moves.
            await reading.CancelAsync().ConfigureAwait(false);
            await ((Task)moving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        return await moving.ConfigureAwait(false);
    }

    /// <summary>Says that the stream ends for a reason other than the task's.</summary>
    public async Task WriteErrorAsync(ReadOnlyMemory<byte> json, bool named)
    {
        if (named)
            _body.Write("event: error\n"u8);
        _body.Write("data: "u8);
        _body.Write(json.Span);
        _body.Write("\n\n"u8);
        await _body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private void Start()
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = A2AMediaTypes.EventStream;
        context.Response.Headers.CacheControl = "no-cache,no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
    }
}
