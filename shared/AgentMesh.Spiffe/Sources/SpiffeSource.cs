using System.Diagnostics.Metrics;
using AgentMesh.Spiffe.Internal;
using AgentMesh.Spiffe.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentMesh.Spiffe;

/// <summary>
/// Holds the Workload API's streams open and always answers with the newest SVID and bundles. Thread-safe; one is enough for a process.
/// </summary>
/// <remarks>
/// It begins to work when created and never blocks: ask <see cref="WaitUntilReadyAsync"/> before the first use. SVIDs and bundles
/// stay in use while the Workload API is away, until they expire; they are dropped at once when it withdraws them.
/// </remarks>
public sealed class SpiffeSource : IX509SvidSource, IX509BundleSource, IJwtSvidSource, IJwtBundleSource, IAsyncDisposable, IDisposable
{
    private readonly WorkloadApiClient _client;
    private readonly WorkloadApiClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SpiffeTelemetry _telemetry;
    private readonly JwtSvidCache _jwtSvids;
    private readonly SpiffeSourceUpdates _updates;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private int _disposed;

    private SpiffeSource(WorkloadApiClientOptions options, TimeProvider? time, ILoggerFactory? loggers, IMeterFactory? meters)
    {
        _options = options;
        _time = time ?? TimeProvider.System;
        _logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger<SpiffeSource>();
        _client = new WorkloadApiClient(options, _time);
        _telemetry = new SpiffeTelemetry(meters, () => (Status.Svid?.NotAfter - _time.GetUtcNow())?.TotalSeconds);
        _jwtSvids = new JwtSvidCache(FetchJwtSvidUncachedAsync, _time, _logger, _stopping.Token);
        _updates = new SpiffeSourceUpdates(options, _time, _logger)
        {
            Updated = () => Updated?.Invoke(),
            Rotated = _telemetry.Rotated,
            IdentityChanged = _jwtSvids.Clear,
        };
        _running = Task.WhenAll(RunX509Async(), RunJwtBundlesAsync());
    }

    /// <summary>Creates a source, which connects in the background.</summary>
    /// <param name="options">Where the Workload API is, and which identity to use.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <param name="loggers">Where it reports lost streams and skipped bundles.</param>
    /// <param name="meters">Makes the meter <c>AgentMesh.Spiffe</c>; it makes its own when null.</param>
    /// <exception cref="InvalidOperationException">The socket is not set or not an address; names the setting.</exception>
    public static SpiffeSource Create(WorkloadApiClientOptions options, TimeProvider? time = null, ILoggerFactory? loggers = null, IMeterFactory? meters = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new SpiffeSource(options, time, loggers, meters);
    }

    /// <summary>Raised after SVID or bundles changed, on a background thread. A handler's exception is logged and goes no further.</summary>
    public event Action? Updated;

    /// <summary>How the source is doing.</summary>
    public SpiffeSourceStatus Status => _updates.Status;

    /// <inheritdoc/>
    public X509Svid GetX509Svid()
    {
        var svid = _updates.State.Svid ?? throw new WorkloadApiException(
            WorkloadApiError.Unavailable, $"There is no X509-SVID. {Status.LastError ?? $"The Workload API at {_client.Endpoint} has not answered yet."}");
        return svid.NotAfter >= _time.GetUtcNow() ? svid : throw new WorkloadApiException(
            WorkloadApiError.Unavailable, $"The X509-SVID of {svid.Id} expired at {svid.NotAfter:u} and was not renewed. {Status.LastError}");
    }

    /// <inheritdoc/>
    public X509Bundle? FindX509Bundle(TrustDomain trustDomain) => _updates.State.X509Bundles.GetValueOrDefault(trustDomain);

    /// <inheritdoc/>
    public JwtBundle? FindJwtBundle(TrustDomain trustDomain) => _updates.State.JwtBundles?.GetValueOrDefault(trustDomain);

    /// <inheritdoc/>
    /// <exception cref="WorkloadApiException">None can be had. The message says why and what to do.</exception>
    public ValueTask<JwtSvid> FetchJwtSvidAsync(string audience, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(audience);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return _jwtSvids.GetAsync(audience, cancellationToken);
    }

    /// <summary>Waits until there is an X509-SVID, and JWT bundles if the Workload API serves any.</summary>
    /// <exception cref="WorkloadApiException">The Workload API gave a final no, or nothing within <see cref="WorkloadApiClientOptions.Timeout"/>; says which socket and what to do.</exception>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        using var timeout = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token, _stopping.Token);
        try
        {
            while (_updates.NextUnlessReady() is { } update)
                await update.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            throw new WorkloadApiException(WorkloadApiError.Unavailable,
                $"No identity within {_options.Timeout.TotalSeconds:0.#} s. {Status.LastError ?? $"The Workload API at {_client.Endpoint} accepted the call and sent nothing."}");
        }
    }

    /// <summary>Waits for the next change of SVID or bundles after this call.</summary>
    public Task WaitUntilUpdatedAsync(CancellationToken cancellationToken = default) => _updates.Next.WaitAsync(cancellationToken);

    /// <summary>Closes the streams and destroys the keys, those of connections still open after the last of them.</summary>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        await _running.ConfigureAwait(false);
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _stopping.Cancel();
        _client.Dispose();
        _telemetry.Dispose();
        _updates.Dispose();
    }

    private async Task RunX509Async()
    {
        var stream = new WatchedStream<X509SVIDResponse>("FetchX509SVID", _client.OpenX509, _options, _time, _logger)
        {
            Received = message => _updates.Receive(WorkloadApiMessages.Read(message)),
            Lost = _updates.X509StreamLost,
            Reconnecting = () => _telemetry.Reconnected("FetchX509SVID"),
        };
        if (await stream.RunAsync(_stopping.Token).ConfigureAwait(false) is { } final)
            _updates.Stopped(final);
    }

    private Task<WorkloadApiException?> RunJwtBundlesAsync() => new WatchedStream<JWTBundlesResponse>("FetchJWTBundles", _client.OpenJwtBundles, _options, _time, _logger)
    {
        Received = message => _updates.Receive(WorkloadApiMessages.Read(message)),
        Lost = _updates.JwtStreamLost,
        Reconnecting = () => _telemetry.Reconnected("FetchJWTBundles"),
    }.RunAsync(_stopping.Token);

    private async Task<JwtSvid> FetchJwtSvidUncachedAsync(string audience, CancellationToken cancellation)
    {
        // The same identity as the X509-SVID's, so that both speak for one workload whatever order the server has.
        var identity = _options.Identity ?? _updates.State.Svid?.Id;
        var svids = await _client.FetchJwtSvidsAsync([audience], identity, cancellation).ConfigureAwait(false);
        return identity is null
            ? SvidChoice.Choose(svids, _options, static s => s.Id, static s => s.Hint)
            : svids.FirstOrDefault(s => s.Id == identity) ?? throw new WorkloadApiException(
                WorkloadApiError.InvalidResponse, $"The Workload API at {_client.Endpoint} sent a JWT-SVID for another identity than {identity}.");
    }
}
