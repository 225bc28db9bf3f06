using AgentMesh.Spiffe.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentMesh.Spiffe;

/// <summary>
/// The bundles of other trust domains, polled from their bundle endpoints (SPIFFE Federation §6). Each stays by itself: bundles are never merged.
/// </summary>
/// <remarks>
/// Polls at each bundle's refresh hint, five minutes without one. A failure keeps the last bundle; a document with a lower
/// sequence than the last one is ignored. <see cref="Remove"/> ends a relationship: from then on nothing of that trust domain verifies.
/// </remarks>
public sealed class FederatedBundles : IX509BundleSource, IJwtBundleSource, IAsyncDisposable
{
    private readonly IX509BundleSource? _own;
    private readonly BundleEndpointClient _client;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<TrustDomain, FederationRelationship> _relationships = [];
    private bool _disposed;

    /// <summary>Creates an empty set.</summary>
    /// <param name="client">Fetches; owned by the caller.</param>
    /// <param name="own">Where the bundles of trust domains come from that are not federated here: verifies endpoints that serve for others. May be null.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <param name="loggers">Where failed polls are reported.</param>
    public FederatedBundles(BundleEndpointClient client, IX509BundleSource? own = null, TimeProvider? time = null, ILoggerFactory? loggers = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
        _own = own;
        _time = time ?? TimeProvider.System;
        _logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger<FederatedBundles>();
    }

    /// <summary>Raised after a bundle changed or was removed, on a background thread.</summary>
    public event Action<TrustDomain>? Updated;

    /// <summary>The bundles there are now.</summary>
    public IReadOnlyList<SpiffeBundle> Bundles
    {
        get
        {
            lock (_lock)
                return [.. _relationships.Values.Select(static r => r.Bundle).OfType<SpiffeBundle>()];
        }
    }

    /// <summary>Begins a relationship: the first fetch starts at once, in the background.</summary>
    /// <exception cref="ArgumentException">There is a relationship with this trust domain already.</exception>
    public void Add(BundleEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_relationships.ContainsKey(endpoint.TrustDomain))
                throw new ArgumentException($"There is a bundle endpoint for {endpoint.TrustDomain} already. Remove it first.", nameof(endpoint));
            var relationship = new FederationRelationship(endpoint, _client, this, _time, _logger);
            _relationships.Add(endpoint.TrustDomain, relationship);
            relationship.Changed += () => Updated?.Invoke(endpoint.TrustDomain);
            relationship.Start();
        }
    }

    /// <summary>Ends a relationship (§6.3) and forgets its bundle. False when there was none.</summary>
    public bool Remove(TrustDomain trustDomain)
    {
        FederationRelationship? relationship;
        lock (_lock)
        {
            if (!_relationships.Remove(trustDomain, out relationship))
                return false;
        }
        relationship.Stop();
        Updated?.Invoke(trustDomain);
        return true;
    }

    /// <summary>Fetches a trust domain's bundle now, besides the polling.</summary>
    /// <exception cref="HttpRequestException">The fetch failed; the last bundle stays.</exception>
    /// <exception cref="FormatException">The answer is no bundle; the last one stays.</exception>
    /// <exception cref="KeyNotFoundException">There is no relationship with this trust domain.</exception>
    public Task RefreshAsync(TrustDomain trustDomain, CancellationToken cancellationToken = default) =>
        (Find(trustDomain) ?? throw new KeyNotFoundException($"There is no bundle endpoint for {trustDomain}.")).RefreshAsync(cancellationToken);

    /// <inheritdoc/>
    public X509Bundle? FindX509Bundle(TrustDomain trustDomain) =>
        Find(trustDomain) is { } relationship ? relationship.Bundle?.X509Bundle : _own?.FindX509Bundle(trustDomain);

    /// <inheritdoc/>
    public JwtBundle? FindJwtBundle(TrustDomain trustDomain) => Find(trustDomain)?.Bundle?.JwtBundle;

    /// <summary>Ends all polling.</summary>
    public async ValueTask DisposeAsync()
    {
        List<FederationRelationship> relationships;
        lock (_lock)
        {
            _disposed = true;
            relationships = [.. _relationships.Values];
            _relationships.Clear();
        }
        foreach (var relationship in relationships)
            await relationship.DisposeAsync().ConfigureAwait(false);
    }

    private FederationRelationship? Find(TrustDomain trustDomain)
    {
        lock (_lock)
            return _relationships.GetValueOrDefault(trustDomain);
    }
}
