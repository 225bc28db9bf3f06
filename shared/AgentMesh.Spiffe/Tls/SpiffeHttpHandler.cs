using System.Security.Authentication;
using AgentMesh.Spiffe.Internal;

namespace AgentMesh.Spiffe;

/// <summary>
/// Sends requests over mutual TLS and keeps the connections of each SVID apart, so that a request goes out on a connection
/// that was authenticated with exactly the SVID it is meant for. A token bound to an SVID (RFC 8705) needs that.
/// </summary>
/// <remarks>
/// When the SVID rotates, the next request opens a connection with the new one, the others follow as soon as it stands.
/// Requests under way finish on the old connections, which are then closed, and the old private key is released after the last of them.
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
    // Its first request is under way.
    private X509Svid? _arriving;
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
        var generation = Enter(request.Options.TryGetValue(SvidKey, out var svid) ? svid : null, out var isFirst);
        try
        {
            return await generation.Client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (isFirst)
                Arrived(generation);
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

    private HandlerGeneration Enter(X509Svid? asked, out bool isFirst)
    {
        isFirst = false;
        var svid = asked ?? _svids.GetX509Svid();
        if (_current is { } current && ReferenceEquals(current.Svid, svid) && current.TryEnter())
            return current;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var mayWait = asked is null && _current is { } before && CanStandInFor(svid, before);
            if (mayWait && ReferenceEquals(_arriving, svid) && _current!.TryEnter())
                return _current;
            var generation = EnterGenerationOf(svid);
            isFirst = mayWait;
            if (isFirst)
                _arriving = svid;
            else if (asked is null || IsCurrent(asked))
                MakeCurrent(generation);
            return generation;
        }
    }

    // The connections of the SVID before serve on while the new one's first connection is made: nobody waits for a handshake.
    private bool CanStandInFor(X509Svid svid, HandlerGeneration before) =>
        before.Svid.Id == svid.Id && !ReferenceEquals(before.Svid, svid) && before.Svid.NotAfter > _connector.Time.GetUtcNow();

    private void Arrived(HandlerGeneration generation)
    {
        lock (_lock)
        {
            if (_disposed || !ReferenceEquals(_arriving, generation.Svid))
                return;
            _arriving = null;
            MakeCurrent(generation);
        }
    }

    private HandlerGeneration EnterGenerationOf(X509Svid svid)
    {
        if (_generations.TryGetValue(svid.Thumbprint, out var known) && known.TryEnter())
            return known;
        var generation = HandlerGeneration.TryCreate(svid, _connector) ?? throw new AuthenticationException(
            $"The X509-SVID of {svid.Id} was replaced and destroyed before the request was sent. Take a new snapshot and try again.");
        _generations[svid.Thumbprint] = generation;
        generation.TryEnter();
        // Superseded until made current: an attempt that comes late with the SVID before is served and does not displace the current one.
        generation.SetCurrent(false);
        return generation;
    }

    private void MakeCurrent(HandlerGeneration generation)
    {
        if (ReferenceEquals(generation, _current))
            return;
        _current?.SetCurrent(false);
        generation.SetCurrent(true);
        _current = generation;
        foreach (var (thumbprint, old) in _generations)
        {
            if (old.IsRetired)
                _generations.Remove(thumbprint);
        }
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
}
