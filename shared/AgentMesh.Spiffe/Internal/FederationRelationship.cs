using Microsoft.Extensions.Logging;

namespace AgentMesh.Spiffe.Internal;

/// <summary>One trust domain's bundle and its polling.</summary>
internal sealed class FederationRelationship(BundleEndpoint endpoint, BundleEndpointClient client, IX509BundleSource others, TimeProvider time, ILogger logger)
    : IX509BundleSource, IAsyncDisposable
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);
    // A hint may say weeks; a withdrawn key should not stay trusted that long.
    private static readonly TimeSpan LongestInterval = TimeSpan.FromDays(1);

    private readonly Backoff _beforeFirst = new(TimeSpan.FromSeconds(5), DefaultInterval);
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _fetching = new(1);
    private Task _running = Task.CompletedTask;
    private volatile SpiffeBundle? _bundle;

    public SpiffeBundle? Bundle => _bundle;

    public event Action? Changed;

    public void Start() => _running = Task.Run(PollAsync);

    public void Stop() => _stopping.Cancel();

    /// <summary>Verifies the endpoint's server: by the newest bundle, before that by the first one; another trust domain's by what the others know (§5.2.2.4).</summary>
    public X509Bundle? FindX509Bundle(TrustDomain trustDomain) =>
        trustDomain == endpoint.TrustDomain ? (_bundle ?? endpoint.FirstBundle)?.X509Bundle : others.FindX509Bundle(trustDomain);

    public async Task RefreshAsync(CancellationToken cancellation)
    {
        await _fetching.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var fetched = await client.FetchAsync(endpoint, this, cancellation).ConfigureAwait(false);
            if (_stopping.IsCancellationRequested)
                return;
            // A replica that lags behind must not bring back what was withdrawn.
            if (_bundle is { } last && fetched.Sequence < last.Sequence)
                throw new FormatException($"the sequence went back from {last.Sequence} to {fetched.Sequence}");
            var changed = _bundle is null || !fetched.ToJson().AsSpan().SequenceEqual(_bundle.ToJson());
            _bundle = fetched;
            if (changed)
                Changed?.Invoke();
        }
        finally
        {
            _fetching.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task PollAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await RefreshAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is HttpRequestException or FormatException)
            {
                Log.BundleFetchFailed(logger, endpoint.TrustDomain, e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
#pragma warning disable CA1031 // A handler of Changed is somebody else's code and must not end the polling.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Log.UpdateHandlerFailed(logger, e);
            }
            try
            {
                await Task.Delay(Interval(), time, _stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // A failed poll is repeated at the next interval, not earlier (§6.2). Only before the first success it comes sooner:
    // two trust domains that start together would else wait a whole interval for each other.
    private TimeSpan Interval()
    {
        if (_bundle is null)
            return _beforeFirst.Next();
        var hint = _bundle.RefreshHint ?? DefaultInterval;
        return hint < ShortestInterval ? ShortestInterval : hint > LongestInterval ? LongestInterval : hint;
    }
}
