using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// Requests that were let in and have not been answered yet, such as streams of a task's events. As soon as something is revoked, and every second,
/// each is looked at again, and ended when its caller would not be let in any more: when it was revoked, or perhaps unheard, or its SVID has ended.
/// A request that began within the last second is left to end by itself until the next look: most do, and then their callers have an answer.
/// </summary>
internal sealed partial class RunningRequests : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly CallerChecks _checks;
    private readonly DecisionRecorder _recorder;
    private readonly InMemoryRevocationState _revocations;
    private readonly TimeProvider _time;
    private readonly ILogger<RunningRequests> _logger;

    // Requests come and go on all processors at once; each begins in the list of the one it runs on.
    private readonly RunningList[] _lists = [.. Enumerable.Range(0, Math.Min(Environment.ProcessorCount, 64)).Select(static _ => new RunningList())];

    // However much is revoked at once, everything is looked at once.
    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public RunningRequests(CallerChecks checks, DecisionRecorder recorder, InMemoryRevocationState revocations, TimeProvider time, ILogger<RunningRequests> logger) =>
        (_checks, _recorder, _revocations, _time, _logger) = (checks, recorder, revocations, time, logger);

    /// <summary>Follows a request that was let in, until the result is disposed. What was revoked since its checks is seen at a later look.</summary>
    public RunningRequest Add(HttpContext context, CallerProof proof, AuditEvent decision)
    {
        var request = new RunningRequest(context, proof, decision, _lists[(uint)Thread.GetCurrentProcessorId() % (uint)_lists.Length]);
        request.List.Add(request);
        return request;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _revocations.Revoked += Signal;
        using var timer = _time.CreateTimer(static state => ((RunningRequests)state!).Signal(), this, Interval, Interval);
        try
        {
            while (await _signals.Reader.WaitToReadAsync(stoppingToken).ConfigureAwait(false))
            {
                _signals.Reader.TryRead(out _);
                foreach (var list in _lists)
                    CheckAgain(list);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server ends what still runs.
        }
        finally
        {
            _revocations.Revoked -= Signal;
        }
    }

    private void Signal() => _signals.Writer.TryWrite(true);

    private void CheckAgain(RunningList list)
    {
        foreach (var request in list.ToArray())
        {
            if (_time.GetElapsedTime(request.Proof.Started) >= Interval && FindReason(request.Proof) is { } reason && list.TryAbort(request))
                _ = RecordAsync(request, reason);
        }
    }

    private string? FindReason(CallerProof proof)
    {
        try
        {
            return _checks.CheckAgain(proof);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            LogFailed(exception);
            return DecisionReason.RevocationUnknown;
        }
    }

    // Ended first: a disk that stalls keeps nobody's stream open.
    private async Task RecordAsync(RunningRequest request, string reason)
    {
        LogEnded(request.Proof.Caller, reason);
        try
        {
            await _recorder.RecordEndAsync(request.Decision, reason).ConfigureAwait(false);
        }
        catch (AuditException exception)
        {
            LogUnrecorded(exception);
        }
    }

    [LoggerMessage(2401, LogLevel.Information, "Ended a request of {Caller} that was being served: {Reason}")]
    private partial void LogEnded(string? caller, string reason);

    [LoggerMessage(2402, LogLevel.Error, "A request that is being served could not be checked again, so it is ended.")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(2403, LogLevel.Error, "The end of a request could not be recorded.")]
    private partial void LogUnrecorded(Exception exception);
}
