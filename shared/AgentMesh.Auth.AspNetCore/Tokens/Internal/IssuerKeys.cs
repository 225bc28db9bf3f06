using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// An issuer's keys, read when first needed, again in the background as they age, and at once (but not more often than allowed) when a token
/// names a key that is not known. When they cannot be read for too long nothing is verified any more.
/// </summary>
internal sealed partial class IssuerKeys(IIssuerKeySource source, IOptions<AgentServerOptions> options, TimeProvider time, ILogger<IssuerKeys> logger) : IDisposable
{
    private readonly AgentServerOptions _options = options.Value;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private volatile Snapshot? _snapshot;
    private Task? _reading;
    private DateTimeOffset _notBefore = DateTimeOffset.MinValue;

    /// <summary>Finds a key without waiting.</summary>
    /// <returns>False when the keys must be read first.</returns>
    public bool TryFind(string keyId, out IssuerKey? key)
    {
        key = null;
        if (_snapshot is not { } snapshot)
            return false;
        var age = time.GetUtcNow() - snapshot.ReadAt;
        if (age >= _options.KeysMaxAge)
            return false;
        if (age >= _options.KeysRefreshAfter)
            _ = Read();
        key = snapshot.Keys.Find(keyId);
        return key is not null;
    }

    /// <summary>Finds a key, reading the keys again when it is not known.</summary>
    /// <returns>The key, or the reason code why there is none.</returns>
    public async ValueTask<(IssuerKey? Key, string? Reason)> FindAsync(string keyId, CancellationToken cancellationToken)
    {
        if (TryFind(keyId, out var known))
            return (known, null);
        if (Read() is { } reading)
            await reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (TryFind(keyId, out var found))
            return (found, null);
        return (null, HasUsableKeys() ? DecisionReason.TokenKeyUnknown : DecisionReason.KeysUnavailable);
    }

    /// <summary>Whether a token that this key verified may still be used without reading the keys.</summary>
    public bool IsUsable(IssuerKey key) => !key.IsWithdrawn && TryFind(key.Id, out var current) && ReferenceEquals(current, key);

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private bool HasUsableKeys() => _snapshot is { } snapshot && time.GetUtcNow() - snapshot.ReadAt < _options.KeysMaxAge;

    /// <summary>The read under way, a new one, or null when it is too early for another.</summary>
    private Task? Read()
    {
        lock (_gate)
        {
            if (_reading is { IsCompleted: false })
                return _reading;
            var now = time.GetUtcNow();
            if (now < _notBefore || _stopping.IsCancellationRequested)
                return null;
            _notBefore = now + _options.KeysMinInterval;
            using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
            {
                _reading = Task.Run(ReadAsync, CancellationToken.None);
            }
            return _reading;
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            var (json, error) = await source.FetchAsync(_stopping.Token).ConfigureAwait(false);
            if (error is not null)
            {
                LogUnavailable(source.Name, error.Description);
                return;
            }
            if (IssuerKeySet.TryRead(json, _snapshot?.Keys, source.Read) is not { } keys)
            {
                LogUnavailable(source.Name, "They are not a JWK set (RFC 7517 section 5).");
                return;
            }
            _snapshot = new Snapshot(keys, time.GetUtcNow());
            LogRead(keys.Count, source.Name);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            LogFailed(exception, source.Name);
        }
    }

    private sealed record Snapshot(IssuerKeySet Keys, DateTimeOffset ReadAt);

    [LoggerMessage(2101, LogLevel.Debug, "Read {Count} signing keys of {Issuer}.")]
    private partial void LogRead(int count, string issuer);

    [LoggerMessage(2102, LogLevel.Warning, "The signing keys of {Issuer} could not be read: {Reason}")]
    private partial void LogUnavailable(string issuer, string reason);

    [LoggerMessage(2103, LogLevel.Error, "Reading the signing keys of {Issuer} failed.")]
    private partial void LogFailed(Exception exception, string issuer);
}
