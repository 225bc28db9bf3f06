using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// Long-polls the authorization server for security events (RFC 8936) and applies them, at least once each. An event is acknowledged after it was
/// applied; one that is not believed is reported and has no effect.
/// </summary>
internal sealed partial class RevocationReceiver(MeshIdentity identity, AuthorizationServer server, SecurityEventReader reader, InMemoryRevocationState state,
    RevocationFreshness freshness, IAuditLog audit, TimeProvider time, ILogger<RevocationReceiver> logger) : BackgroundService
{
    // The server answers an idle poll after half a minute.
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    // Nobody is served before the first answer: the authorization server may be starting at this moment, too.
    private static readonly TimeSpan LongestFirstPause = TimeSpan.FromMilliseconds(200);

    // A poll that brought nothing new was an idle one only if it took its time.
    private static readonly TimeSpan ShortestIdlePoll = TimeSpan.FromSeconds(1);

    // State lives in memory, so each process begins a stream of its own, with everything that is still revoked.
    private readonly string _path = $"events/{Guid.NewGuid():N}";
    private readonly List<string> _applied = [];
    private readonly Dictionary<string, EventFault> _faults = new(StringComparer.Ordinal);
    private bool _lost;
    private bool _caughtUp;

    private HashSet<string> _lastReceived = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (identity.Issuer is null)
            return;
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            var started = time.GetTimestamp();
            if (await TryPollAsync(stoppingToken).ConfigureAwait(false) || time.GetElapsedTime(started) >= ShortestIdlePoll && !_lost)
            {
                pause = FirstPause;
                continue;
            }
            // Also after an answer that came at once and said nothing new: whatever the transmitter does, it is not asked in a tight loop.
            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var longest = freshness.IsKnown ? LongestPause : LongestFirstPause;
            pause = pause * 2 < longest ? pause * 2 : longest;
        }
    }

    /// <returns>Whether it brought anything new.</returns>
    private async Task<bool> TryPollAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await PollAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            LogFailed(exception);
            _lost = true;
            _caughtUp = false;
            return false;
        }
    }

    private async Task<bool> PollAsync(CancellationToken cancellationToken)
    {
        // The first poll, also after a loss, wants to know what is revoked already, not to wait for what comes.
        var poll = new EventPoll([.. _applied], _faults.Count == 0 ? null : new Dictionary<string, EventFault>(_faults), !_caughtUp);
        var answer = await server.PostJsonAsync(_path, JsonSerializer.SerializeToUtf8Bytes(poll, EventJson.Default.EventPoll), LongestPoll, cancellationToken).ConfigureAwait(false);
        if (answer.Error is not null || answer.Status != HttpStatusCode.OK)
            return Lost(answer.Error?.Description ?? $"The authorization server answered /{_path.Split('/')[0]} with status {(int)answer.Status}.");
        if (JsonSerializer.Deserialize(answer.Json, EventJson.Default.EventBatch) is not { } batch)
            return Lost("The authorization server's answer is not the JSON of RFC 8936 section 2.5.");

        _applied.Clear();
        _faults.Clear();
        var sets = batch.Sets ?? new Dictionary<string, string>();
        var unread = false;
        foreach (var (id, token) in sets)
            unread |= !await ReceiveAsync(id, token, cancellationToken).ConfigureAwait(false);
        var brought = !sets.Keys.All(_lastReceived.Contains) || (!_caughtUp && !batch.MoreAvailable && !unread);
        _lastReceived = [.. sets.Keys];
        if (!batch.MoreAvailable && !unread)
        {
            freshness.Heard();
            _caughtUp = true;
        }
        if (_lost)
            LogFound();
        _lost = false;
        return brought;
    }

    /// <returns>False: it cannot be judged yet, and is sent again.</returns>
    private async ValueTask<bool> ReceiveAsync(string id, string token, CancellationToken cancellationToken)
    {
        var (received, fault) = await reader.ReadAsync(token, cancellationToken).ConfigureAwait(false);
        if (received is null || received.Id != id)
        {
            LogRefused(id, fault ?? "jti differs from the key it was sent under");
            // Without its key nothing can be judged yet: neither acknowledged nor given up. An event is signed with a key that is published, so one
            // that is not known here is newer than the last read of the keys, and those are not read again at once.
            if (fault is DecisionReason.KeysUnavailable or DecisionReason.TokenKeyUnknown)
                return false;
            _faults[id] = new EventFault("authentication_failed", fault ?? "jti_mismatch");
            return true;
        }
        var applied = state.Apply(received);
        _applied.Add(id);
        if (!applied)
            return true;
        LogApplied(received.Kind, received.Subject);
        await audit.WriteAsync(new AuditEvent
        {
            Kind = "revocation",
            Time = time.GetUtcNow(),
            Party = identity.Id.ToString(),
            Subject = received.Subject,
            Action = received.Kind.ToString(),
            Decision = received.Kind == SecurityEventKind.PartyRestored ? "allow" : "deny",
            PolicyVersion = identity.Manifest.Version,
        }, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private bool Lost(string reason)
    {
        if (!_lost)
            LogLost(reason);
        _lost = true;
        _caughtUp = false;
        return false;
    }

    [LoggerMessage(2301, LogLevel.Warning, "Revocations cannot be received: {Reason}")]
    private partial void LogLost(string reason);

    [LoggerMessage(2302, LogLevel.Information, "Revocations are received again.")]
    private partial void LogFound();

    [LoggerMessage(2303, LogLevel.Warning, "A security event ({Id}) was not believed: {Reason}")]
    private partial void LogRefused(string id, string reason);

    [LoggerMessage(2304, LogLevel.Information, "{Kind}: {Subject}")]
    private partial void LogApplied(SecurityEventKind kind, string subject);

    [LoggerMessage(2305, LogLevel.Error, "Receiving revocations failed.")]
    private partial void LogFailed(Exception exception);
}
