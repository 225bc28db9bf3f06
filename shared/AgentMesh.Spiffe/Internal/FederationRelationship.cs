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
        if (await FetchAsync(cancellation).ConfigureAwait(false))
            Changed?.Invoke();
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>Whether the bundle changed.</summary>
    private async Task<bool> FetchAsync(CancellationToken cancellation)
    {
        await _fetching.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var fetched = await client.FetchAsync(endpoint, this, cancellation).ConfigureAwait(false);
            if (_stopping.IsCancellationRequested)
                return false;
            // A replica that lags behind must not bring back what was withdrawn.
            if (_bundle is { } last && fetched.Sequence < last.Sequence)
                throw new FormatException($"the sequence went back from {last.Sequence} to {fetched.Sequence}");
            var changed = _bundle is null || !fetched.HasSameContents(_bundle);
            _bundle = fetched;
            return changed;
        }
        finally
        {
            _fetching.Release();
        }
    }

    private async Task PollAsync()
    {
        try
        {
            while (true)
            {
                var changed = await TryFetchAsync().ConfigureAwait(false);
                // The interval begins with the answer, whatever those do who are told of it.
                var interval = Task.Delay(Interval(), time, _stopping.Token);
                if (changed)
                    Tell();
                await interval.ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task<bool> TryFetchAsync()
    {
        try
        {
            return await FetchAsync(_stopping.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever a fetch fails with, the last bundle stays and the next poll comes.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            Log.BundleFetchFailed(logger, endpoint.TrustDomain, e.Message);
            return false;
        }
    }

    private void Tell()
    {
        try
        {
            Changed?.Invoke();
        }
#pragma warning disable CA1031 // Somebody else's code: it must not end the polling.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.UpdateHandlerFailed(logger, e);
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
