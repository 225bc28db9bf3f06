using System.Collections.Frozen;
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
    // How long a replaced SVID's key stays for handshakes that began with it. Connections of SpiffeHttpHandler hold it longer by themselves.
    private static readonly TimeSpan HandshakeGrace = TimeSpan.FromMinutes(1);

    private readonly WorkloadApiClient _client;
    private readonly WorkloadApiClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SpiffeTelemetry _telemetry;
    private readonly JwtSvidCache _jwtSvids;
    private readonly SvidRetirement _retirement;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly Task _running;
    private volatile SpiffeSourceState _state = SpiffeSourceState.Empty;
    private volatile SpiffeSourceStatus _status;
    private TaskCompletionSource _updated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WorkloadApiException? _stopped;
    private bool _disposed;

    private SpiffeSource(WorkloadApiClientOptions options, TimeProvider? time, ILoggerFactory? loggers, IMeterFactory? meters)
    {
        _options = options;
        _time = time ?? TimeProvider.System;
        _logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger<SpiffeSource>();
        _client = new WorkloadApiClient(options, _time);
        _status = new SpiffeSourceStatus(null, _time.GetUtcNow(), null);
        _telemetry = new SpiffeTelemetry(meters, () => (_state.Svid?.NotAfter - _time.GetUtcNow())?.TotalSeconds);
        _retirement = new SvidRetirement(HandshakeGrace, _time);
        _jwtSvids = new JwtSvidCache(FetchJwtSvidUncachedAsync, _time, _logger, _stopping.Token);
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
    public SpiffeSourceStatus Status => _status;

    /// <inheritdoc/>
    public X509Svid GetX509Svid()
    {
        var svid = _state.Svid ?? throw new WorkloadApiException(
            WorkloadApiError.Unavailable, $"There is no X509-SVID. {_status.LastError ?? $"The Workload API at {_client.Endpoint} has not answered yet."}");
        return svid.NotAfter >= _time.GetUtcNow() ? svid : throw new WorkloadApiException(
            WorkloadApiError.Unavailable, $"The X509-SVID of {svid.Id} expired at {svid.NotAfter:u} and was not renewed. {_status.LastError}");
    }

    /// <inheritdoc/>
    public X509Bundle? FindX509Bundle(TrustDomain trustDomain) => _state.X509Bundles.GetValueOrDefault(trustDomain);

    /// <inheritdoc/>
    public JwtBundle? FindJwtBundle(TrustDomain trustDomain) => _state.JwtBundles?.GetValueOrDefault(trustDomain);

    /// <inheritdoc/>
    /// <exception cref="WorkloadApiException">None can be had. The message says why and what to do.</exception>
    public ValueTask<JwtSvid> FetchJwtSvidAsync(string audience, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(audience);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _jwtSvids.GetAsync(audience, cancellationToken);
    }

    /// <summary>Waits until there is an X509-SVID, and JWT bundles if the Workload API serves any.</summary>
    /// <exception cref="WorkloadApiException">The Workload API gave a final no, or nothing within <see cref="WorkloadApiClientOptions.Timeout"/>; says which socket and what to do.</exception>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken = default)
    {
        using var timeout = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token, _stopping.Token);
        while (true)
        {
            Task update;
            lock (_lock)
            {
                if (_state.IsReady)
                    return;
                if (_stopped is not null)
                    throw new WorkloadApiException(_stopped.Error, _stopped.Message, _stopped);
                update = _updated.Task;
            }
            try
            {
                await update.WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                throw new WorkloadApiException(WorkloadApiError.Unavailable,
                    $"No identity within {_options.Timeout.TotalSeconds:0.#} s. {_status.LastError ?? $"The Workload API at {_client.Endpoint} accepted the call and sent nothing."}");
            }
        }
    }

    /// <summary>Waits for the next change of SVID or bundles after this call.</summary>
    public Task WaitUntilUpdatedAsync(CancellationToken cancellationToken = default)
    {
        lock (_lock)
            return _updated.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Closes the streams and destroys the keys, those of connections still open after the last of them.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!Close())
            return;
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose() => Close();

    private bool Close()
    {
        lock (_lock)
        {
            if (_disposed)
                return false;
            _disposed = true;
        }
        _stopping.Cancel();
        _client.Dispose();
        _telemetry.Dispose();
        _retirement.Dispose();
        _state.Svid?.Dispose();
        return true;
    }

    private async Task RunX509Async()
    {
        var stream = new WatchedStream<X509SVIDResponse>("FetchX509SVID", _client.OpenX509, _options, _time, _logger)
        {
            Received = message => Receive(WorkloadApiMessages.Read(message)),
            Lost = LostX509,
            Reconnecting = () => _telemetry.Reconnected("FetchX509SVID"),
        };
        if (await stream.RunAsync(_stopping.Token).ConfigureAwait(false) is not { } final)
            return;
        lock (_lock)
            _stopped = final;
        Signal();
    }

    private async Task RunJwtBundlesAsync()
    {
        var stream = new WatchedStream<JWTBundlesResponse>("FetchJWTBundles", _client.OpenJwtBundles, _options, _time, _logger)
        {
            Received = message => Update(Bundles(WorkloadApiMessages.Read(message))),
            Lost = LostJwtBundles,
            Reconnecting = () => _telemetry.Reconnected("FetchJWTBundles"),
        };
        await stream.RunAsync(_stopping.Token).ConfigureAwait(false);

        static Func<SpiffeSourceState, SpiffeSourceState> Bundles(IReadOnlyDictionary<TrustDomain, JwtBundle> bundles) =>
            state => state with { JwtBundles = bundles.ToFrozenDictionary() };
    }

    private void Receive(X509Context context)
    {
        foreach (var problem in context.Problems)
            Log.PartSkipped(_logger, problem);
        X509Svid svid;
        try
        {
            svid = SvidChoice.Choose(context.Svids, _options, static s => s.Id, static s => s.Hint);
        }
        catch (WorkloadApiException e)
        {
            foreach (var unused in context.Svids)
                unused.Dispose();
            Withdraw(e);
            throw;
        }
        foreach (var unused in context.Svids)
        {
            if (!ReferenceEquals(unused, svid))
                unused.Dispose();
        }
        _status = new SpiffeSourceStatus(svid, null, null);
        Update(state => state with { Svid = Newest(state.Svid, svid), X509Bundles = context.Bundles.ToFrozenDictionary() });
    }

    // The same certificate again: the instance stays, and with it everybody's connections.
    private X509Svid Newest(X509Svid? current, X509Svid received)
    {
        if (current is not null && current.Thumbprint == received.Thumbprint && current.Hint == received.Hint)
        {
            received.Dispose();
            _status = _status with { Svid = current };
            return current;
        }
        Log.SvidReceived(_logger, received.Id, received.NotAfter);
        if (current is not null)
        {
            _telemetry.Rotated();
            _retirement.Add(current);
            if (current.Id != received.Id)
                _jwtSvids.Clear();
        }
        return received;
    }

    private void LostX509(WorkloadApiException? failure)
    {
        _status = _status with { DisconnectedSince = _status.DisconnectedSince ?? _time.GetUtcNow(), LastError = failure?.Message };
        if (failure is { Error: WorkloadApiError.PermissionDenied })
            Withdraw(failure);
    }

    private void LostJwtBundles(WorkloadApiException? failure)
    {
        // A server without the JWT profile, or without an identity for us, is as ready as it gets; one that is away is not.
        if (failure is { Error: WorkloadApiError.PermissionDenied or WorkloadApiError.Unimplemented or WorkloadApiError.InvalidArgument })
            Update(static state => state with { JwtBundles = FrozenDictionary<TrustDomain, JwtBundle>.Empty });
    }

    // Workload API §5.2.1: what is withdrawn is no longer used, and what verified peers under that identity neither.
    private void Withdraw(WorkloadApiException reason)
    {
        _status = _status with { Svid = null, LastError = reason.Message };
        _jwtSvids.Clear();
        if (_state.Svid is not { } svid)
            return;
        Log.IdentityWithdrawn(_logger, reason.Message);
        _retirement.Add(svid);
        Update(static state => state with { Svid = null, X509Bundles = FrozenDictionary<TrustDomain, X509Bundle>.Empty });
    }

    private async Task<JwtSvid> FetchJwtSvidUncachedAsync(string audience, CancellationToken cancellation)
    {
        // The same identity as the X509-SVID's, so that both speak for one workload whatever order the server has.
        var identity = _options.Identity ?? _state.Svid?.Id;
        var svids = await _client.FetchJwtSvidsAsync([audience], identity, cancellation).ConfigureAwait(false);
        return identity is null
            ? SvidChoice.Choose(svids, _options, static s => s.Id, static s => s.Hint)
            : svids.FirstOrDefault(s => s.Id == identity) ?? throw new WorkloadApiException(
                WorkloadApiError.InvalidResponse, $"The Workload API at {_client.Endpoint} sent a JWT-SVID for another identity than {identity}.");
    }

    private void Update(Func<SpiffeSourceState, SpiffeSourceState> change)
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _state = change(_state);
        }
        Signal();
    }

    private void Signal()
    {
        TaskCompletionSource updated;
        lock (_lock)
        {
            updated = _updated;
            _updated = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        updated.TrySetResult();
        try
        {
            Updated?.Invoke();
        }
#pragma warning disable CA1031 // Somebody else's code: it must not end the stream that everybody lives on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.UpdateHandlerFailed(_logger, e);
        }
    }
}
