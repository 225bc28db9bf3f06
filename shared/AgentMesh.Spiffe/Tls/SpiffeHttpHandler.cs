using System.Security.Authentication;
using AgentMesh.Spiffe.Internal;

namespace AgentMesh.Spiffe;

/// <summary>
/// Sends requests over mutual TLS and keeps the connections of each SVID apart, so that a request goes out on a connection
/// that was authenticated with exactly the SVID it is meant for. A token bound to an SVID (RFC 8705) needs that.
/// </summary>
/// <remarks>
/// When the SVID rotates, new requests open connections with the new one at once; requests under way finish on the old
/// connections, which are then closed. The old private key is released after the last of them.
/// </remarks>
public sealed class SpiffeHttpHandler : HttpMessageHandler
{
    /// <summary>
    /// Put the SVID that a request must be authenticated with into <see cref="HttpRequestMessage.Options"/> under this key:
    /// one snapshot of SVID and token for each attempt. Without it the newest SVID is used.
    /// </summary>
    public static readonly HttpRequestOptionsKey<X509Svid> SvidKey = new("AgentMesh.Spiffe.X509Svid");

    private readonly IX509SvidSource _svids;
    private readonly SvidConnector _connector;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, HandlerGeneration> _generations = new(StringComparer.Ordinal);
    private volatile HandlerGeneration? _current;
    private bool _disposed;

    internal SpiffeHttpHandler(IX509SvidSource svids, IX509BundleSource bundles, SpiffePeerAuthorizer authorize, TimeProvider? time, Action<string>? onRefused)
    {
        ArgumentNullException.ThrowIfNull(svids);
        ArgumentNullException.ThrowIfNull(bundles);
        ArgumentNullException.ThrowIfNull(authorize);
        _svids = svids;
        _connector = new SvidConnector(bundles, authorize, time ?? TimeProvider.System, onRefused);
    }

    /// <inheritdoc/>
    /// <exception cref="AuthenticationException">There is no SVID, or the one asked for is already destroyed.</exception>
    /// <exception cref="HttpRequestException">The request is not <c>https</c>, or the peer was refused (an <see cref="AuthenticationException"/> is within).</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.RequestUri?.Scheme != Uri.UriSchemeHttps)
            throw new HttpRequestException("SPIFFE mutual TLS needs an https address: a plain one would be called without any identity.");
        var generation = Enter(request.Options.TryGetValue(SvidKey, out var svid) ? svid : null);
        try
        {
            return await generation.Client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            generation.Leave();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_lock)
            {
                _disposed = true;
                _current = null;
                foreach (var generation in _generations.Values)
                    generation.Retire();
                _generations.Clear();
            }
        }
        base.Dispose(disposing);
    }

    private HandlerGeneration Enter(X509Svid? asked)
    {
        var svid = asked ?? _svids.GetX509Svid();
        if (_current is { } current && ReferenceEquals(current.Svid, svid) && current.TryEnter())
            return current;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return EnterGenerationOf(svid, isCurrent: asked is null || IsCurrent(asked));
        }
    }

    private HandlerGeneration EnterGenerationOf(X509Svid svid, bool isCurrent)
    {
        if (!_generations.TryGetValue(svid.Thumbprint, out var generation) || !generation.TryEnter())
        {
            generation = HandlerGeneration.TryCreate(svid, _connector) ?? throw new AuthenticationException(
                $"The X509-SVID of {svid.Id} was replaced and destroyed before the request was sent. Take a new snapshot and try again.");
            _generations[svid.Thumbprint] = generation;
            generation.TryEnter();
            // An attempt that comes late with the SVID before: it is served, but does not displace the current one.
            if (!isCurrent)
                generation.SetCurrent(false);
        }
        if (isCurrent && !ReferenceEquals(generation, _current))
        {
            _current?.SetCurrent(false);
            generation.SetCurrent(true);
            _current = generation;
            ForgetRetired();
        }
        return generation;
    }

    private bool IsCurrent(X509Svid svid)
    {
        try
        {
            return ReferenceEquals(svid, _svids.GetX509Svid());
        }
        catch (AuthenticationException)
        {
            return false;
        }
    }

    private void ForgetRetired()
    {
        foreach (var (thumbprint, generation) in _generations)
        {
            if (generation.IsRetired)
                _generations.Remove(thumbprint);
        }
    }
}
