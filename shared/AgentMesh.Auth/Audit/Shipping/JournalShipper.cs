using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Auth;

/// <summary>
/// Ships this process's journal to the ledger: each durable record at least once, in order, in batches, from where the ledger
/// acknowledged last, however often either side restarts. What is left when the process ends is shipped then, if the ledger takes it within
/// <see cref="LastTry"/>. Works from the files: nothing waits for it and nothing is held in memory but a batch.
/// </summary>
internal sealed partial class JournalShipper(IAuditLog log, Func<IAuditLedger> connect, AuditShippingMetrics metrics, TimeProvider time, ILogger<JournalShipper> logger) : BackgroundService
{
    // Long enough to gather what belongs together, short enough that somebody who looks sees what just happened.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    // What does not fit will not fit soon: a person has to look.
    private static readonly TimeSpan LongestPauseRefused = TimeSpan.FromMinutes(5);

    /// <summary>How long the end of the process waits for the ledger.</summary>
    internal static readonly TimeSpan LastTry = TimeSpan.FromSeconds(5);

    private readonly Lazy<IAuditLedger> _ledger = new(connect);
    private ShippedPosition _position = ShippedPosition.Start;
    private string? _failure;
    private int _unavailable;
    private bool _begun;

    // Processes start side by side: that the authorization server is not there yet is nothing to warn of.
    private const int WorthAWarning = 3;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (log is not AuditLog { Journal: { } journal })
            return;
        try
        {
            await journal.WaitForMoreThanAsync(0, stoppingToken).ConfigureAwait(false);
            // Not while the process starts, which has better things to do.
            await Task.Delay(Jittered(Gathering), time, stoppingToken).ConfigureAwait(false);
            if (_ledger.Value is RemoteLedger { IsConfigured: false })
                return;
            using var reader = new JournalReader(journal);
            var pause = FirstPause;
            while (!stoppingToken.IsCancellationRequested)
            {
                await journal.WaitForMoreThanAsync(_position.Seq, stoppingToken).ConfigureAwait(false);
                await Task.Delay(Jittered(Gathering), time, stoppingToken).ConfigureAwait(false);
                var outcome = await ShipAsync(journal, reader, stoppingToken).ConfigureAwait(false);
                if (outcome == LedgerOutcome.Accepted)
                {
                    pause = FirstPause;
                    continue;
                }
                await Task.Delay(Jittered(pause), time, stoppingToken).ConfigureAwait(false);
                var longest = outcome == LedgerOutcome.Refused ? LongestPauseRefused : LongestPause;
                pause = pause * 2 < longest ? pause * 2 : longest;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is not shipped yet is shipped now.
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        // The volume of a pod ends with the pod, and what nobody shipped with it.
        if (ExecuteTask is not { IsCompletedSuccessfully: true } || log is not AuditLog { Journal: { } journal } || journal.Durable.Seq <= _position.Seq || _ledger.Value is RemoteLedger { IsConfigured: false })
            return;
        using var limit = new CancellationTokenSource(LastTry, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var reader = new JournalReader(journal);
        try
        {
            await ShipAsync(journal, reader, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            LogLeft(journal.Path, _position.Seq, LastTry.TotalSeconds);
        }
    }

    /// <summary>Ships all that is durable now.</summary>
    internal async Task<LedgerOutcome> ShipAsync(AuditJournal journal, JournalReader reader, CancellationToken cancellationToken)
    {
        try
        {
            if (!_begun)
                Begin(journal, reader);
            return await ShipDurableAsync(journal, reader, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Whatever goes wrong here, with the ledger or with a file, must not end the shipping, let alone the process.
            return Failed(LedgerOutcome.Unavailable, exception.Message, journal.Path);
        }
    }

    private async Task<LedgerOutcome> ShipDurableAsync(AuditJournal journal, JournalReader reader, CancellationToken cancellationToken)
    {
        var rewound = false;
        while (_position.Seq < journal.Durable.Seq)
        {
            var segment = _position.First;
            var batch = reader.Read(ref _position);
            if (!JournalReader.TryReadLast(batch.Span, out var seq, out var hash))
                return Failed(LedgerOutcome.Refused, LedgerRefusal.Edited, journal.Path);
            var length = batch.Length;
            var answer = await _ledger.Value.AppendAsync(batch, cancellationToken).ConfigureAwait(false);
            if (answer is { Outcome: LedgerOutcome.Refused, Reason: LedgerRefusal.Gap } && !rewound && answer.Seq < _position.Seq
                && reader.Find(answer.Seq) is { } earlier)
            {
                // The ledger was set back, to a backup say: what it lost is still here.
                LogSetBack(journal.Path, answer.Seq, _position.Seq);
                (_position, rewound) = (earlier, true);
                continue;
            }
            if (answer.Outcome != LedgerOutcome.Accepted)
                return Failed(answer.Outcome, answer.Reason ?? "no reason given", journal.Path);
            metrics.Shipped(seq - _position.Seq);
            _position = _position with { Seq = seq, Hash = hash, Offset = _position.Offset + length };
            Store(journal.Path);
            if (_position.First != segment)
                await RemoveSegmentsAsync(journal, cancellationToken).ConfigureAwait(false);
        }
        if (_failure is not null)
            LogShipsAgain(journal.Path, _position.Seq);
        (_failure, _unavailable) = (null, 0);
        return LedgerOutcome.Accepted;
    }

    private void Begin(AuditJournal journal, JournalReader reader)
    {
        _position = ShippedPosition.Read(journal.Path) is { } stored && reader.Fits(stored) ? stored : reader.Start;
        _begun = true;
        metrics.Watch(() => journal.Durable.Seq - _position.Seq);
    }

    private async Task RemoveSegmentsAsync(AuditJournal journal, CancellationToken cancellationToken)
    {
        try
        {
            await journal.RemoveSegmentsAsync(_position.Seq, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotRemoved(exception, journal.Path);
        }
    }

    private static TimeSpan Jittered(TimeSpan pause) => pause * (0.5 + Random.Shared.NextDouble());

    private LedgerOutcome Failed(LedgerOutcome outcome, string reason, string path)
    {
        metrics.Failed(outcome);
        if (outcome == LedgerOutcome.Unavailable && ++_unavailable < WorthAWarning)
            return outcome;
        // Once for each reason, not once for each attempt.
        if (_failure != reason)
        {
            if (outcome == LedgerOutcome.Refused)
                LogRefused(path, _position.Seq + 1, reason);
            else
                LogUnavailable(path, reason);
        }
        _failure = reason;
        return outcome;
    }

    private void Store(string path)
    {
        try
        {
            _position.Write(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotStored(exception, path + ShippedPosition.Suffix);
        }
    }

    [LoggerMessage(1411, LogLevel.Warning, "The audit journal {Path} cannot be shipped: {Reason} Its records are kept and shipped later.")]
    private partial void LogUnavailable(string path, string reason);

    [LoggerMessage(1412, LogLevel.Critical, "The ledger refuses the audit journal {Path} from record {Seq} on: {Reason}. `mesh audit verify` names the first record that does not fit; keep the file as evidence.")]
    private partial void LogRefused(string path, long seq, string reason);

    [LoggerMessage(1416, LogLevel.Warning, "Full segments of the audit journal {Path} that the ledger has cannot be removed.")]
    private partial void LogNotRemoved(Exception exception, string path);

    [LoggerMessage(1417, LogLevel.Warning, "The audit journal {Path} is shipped up to record {Seq}: the ledger did not take the rest within {Seconds} s. It is shipped at the next start from the same folder.")]
    private partial void LogLeft(string path, long seq, double seconds);

    [LoggerMessage(1413, LogLevel.Information, "The audit journal {Path} is shipped again, up to record {Seq}.")]
    private partial void LogShipsAgain(string path, long seq);

    [LoggerMessage(1414, LogLevel.Warning, "The ledger holds the audit journal {Path} up to record {Held} only, although it acknowledged {Acknowledged}: shipping the rest again.")]
    private partial void LogSetBack(string path, long held, long acknowledged);

    [LoggerMessage(1415, LogLevel.Warning, "{Path} cannot be written; after a restart records are shipped again that the ledger has.")]
    private partial void LogNotStored(Exception exception, string path);
}
