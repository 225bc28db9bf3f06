using AgentMesh.Spiffe;
using AgentMesh.WorkloadApi.Authorities;
using AgentMesh.WorkloadApi.Configuration;
using AgentMesh.WorkloadApi.Telemetry;

namespace AgentMesh.WorkloadApi.Federation;

/// <summary>Keeps the bundles of the configured trust domains fresh and passes them on to workloads.</summary>
internal sealed class FederationService(
    WorkloadApiSettings settings, FederatedBundles bundles, TrustState trust, TimeProvider time, ILogger<FederationService> logger) : IHostedService, IDisposable
{
    private static readonly TimeSpan FileInterval = TimeSpan.FromSeconds(2);

    private readonly Lock _pending = new();
    private readonly Lock _passing = new();
    private readonly List<FederationSettings> _waiting = [];
    private ITimer? _timer;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        bundles.Updated += PassOn;
        _waiting.AddRange(settings.Federation);
        _timer = time.CreateTimer(static state => ((FederationService)state!).Begin(), this, TimeSpan.Zero, FileInterval);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        bundles.Updated -= PassOn;
        Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Ends a relationship (Federation §6.3): workloads are told at once. It begins again with the next start.</summary>
    /// <returns>Whether there was one.</returns>
    public bool End(TrustDomain trustDomain)
    {
        bool waited;
        lock (_pending)
            waited = _waiting.RemoveAll(f => f.TrustDomain.Equals(trustDomain)) > 0;
        return bundles.Remove(trustDomain) || waited;
    }

    public void Dispose() => _timer?.Dispose();

    private void Begin()
    {
        lock (_pending)
        {
            _waiting.RemoveAll(TryBegin);
            if (_waiting.Count == 0)
                _timer?.Dispose();
        }
    }

    private bool TryBegin(FederationSettings federation)
    {
        if (federation.BundleFile is { } file && !File.Exists(file))
            return false;
        try
        {
            bundles.Add(federation.EndpointId is { } server
                ? BundleEndpoint.Spiffe(federation.TrustDomain, federation.Url, server, First(federation))
                : BundleEndpoint.Web(federation.TrustDomain, federation.Url));
            return true;
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            // Half written, perhaps: it is read again.
            Log.BundleFileUnreadable(logger, federation.BundleFile!, e.Message);
            return false;
        }
    }

    private static SpiffeBundle? First(FederationSettings federation) =>
        federation.BundleFile is { } file ? SpiffeBundle.Parse(federation.TrustDomain, File.ReadAllBytes(file)) : null;

    private void PassOn(TrustDomain trustDomain)
    {
        SpiffeBundle? bundle;
        // One at a time, each with what is there by then: what was read before a relationship ended must not be passed on after it.
        lock (_passing)
        {
            bundle = bundles.Bundles.FirstOrDefault(b => b.TrustDomain.Equals(trustDomain));
            trust.SetFederated(trustDomain, bundle);
        }
        Log.FederationChanged(logger, trustDomain.Name, bundle?.X509Authorities.Count ?? 0, bundle?.JwtBundle.Authorities.Count ?? 0);
    }
}
