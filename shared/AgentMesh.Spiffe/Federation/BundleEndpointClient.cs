using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using AgentMesh.Spiffe.Internal;

namespace AgentMesh.Spiffe;

/// <summary>Fetches bundles from bundle endpoints (SPIFFE Federation §5.2). <see cref="FederatedBundles"/> keeps them fresh.</summary>
public sealed class BundleEndpointClient : IDisposable
{
    private const int MaxBundleBytes = 4 * 1024 * 1024;
    private const int MaxRedirects = 3;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly HttpMessageInvoker _web;
    private readonly TimeProvider _time;

    /// <summary>Creates a client.</summary>
    /// <param name="web">Sends the requests of profile <c>https_web</c>, for a proxy say; it must verify the server and follow no redirects. The machine's public authorities when null.</param>
    /// <param name="time">The clock; the system's when null.</param>
    public BundleEndpointClient(HttpMessageHandler? web = null, TimeProvider? time = null)
    {
        _web = new HttpMessageInvoker(web ?? Plain(new SocketsHttpHandler()), disposeHandler: web is null);
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Fetches a bundle.</summary>
    /// <param name="endpoint">Where from, and how the server is authenticated.</param>
    /// <param name="bundles">What verifies the server with profile <c>https_spiffe</c>: the newest bundle of the server's trust domain.</param>
    /// <param name="cancellationToken">Ends the fetch.</param>
    /// <exception cref="HttpRequestException">Not reached, not authenticated, redirected to what is no bundle endpoint, or an answer other than 200.</exception>
    /// <exception cref="FormatException">The answer is no bundle document.</exception>
    public async Task<SpiffeBundle> FetchAsync(BundleEndpoint endpoint, IX509BundleSource bundles, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(bundles);
        using var timeout = new CancellationTokenSource(Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            if (endpoint.Profile == BundleEndpointProfile.HttpsWeb)
                return await FetchAsync(_web, endpoint, either.Token).ConfigureAwait(false);
            string? refusal = null;
            using var spiffe = new HttpMessageInvoker(Plain(new SocketsHttpHandler { SslOptions = ServerMustBe(endpoint.ServerId!, bundles, reason => refusal = reason) }));
            try
            {
                return await FetchAsync(spiffe, endpoint, either.Token).ConfigureAwait(false);
            }
            catch (HttpRequestException e) when (refusal is not null)
            {
                throw new HttpRequestException(refusal, e);
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"The bundle endpoint {endpoint.Address} did not answer within {Timeout.TotalSeconds:0} s.", e);
        }
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _web.Dispose();

    private static async Task<SpiffeBundle> FetchAsync(HttpMessageInvoker http, BundleEndpoint endpoint, CancellationToken cancellation)
    {
        var address = endpoint.Address;
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            using var response = await http.SendAsync(request, cancellation).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.OK)
                return SpiffeBundle.Parse(endpoint.TrustDomain, await ReadAsync(response.Content, cancellation).ConfigureAwait(false));
            // Redirects are taken for this once, and only to where an endpoint could be configured as well (§5.2.1.4).
            if (!IsRedirect(response.StatusCode) || response.Headers.Location is not { } location)
                throw new HttpRequestException($"The bundle endpoint {address} answered {(int)response.StatusCode}.", null, response.StatusCode);
            address = new Uri(address, location);
            if (redirects == MaxRedirects || BundleEndpoint.Check(address) is not null)
                throw new HttpRequestException($"The bundle endpoint {endpoint.Address} redirects too often, or to what is no bundle endpoint.", null, response.StatusCode);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, CancellationToken cancellation)
    {
        // Buffers up to the limit and throws HttpRequestException beyond it, whatever the length header says.
        await content.LoadIntoBufferAsync(MaxBundleBytes, cancellation).ConfigureAwait(false);
        return await content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
    }

    private static bool IsRedirect(HttpStatusCode status) => status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found
        or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private static SocketsHttpHandler Plain(SocketsHttpHandler handler)
    {
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(2);
        return handler;
    }

    // No certificate of our own: a bundle endpoint must not ask for one (§5.2.2.3). TLS 1.2 is in Mozilla's intermediate profile.
    private SslClientAuthenticationOptions ServerMustBe(SpiffeId serverId, IX509BundleSource bundles, Action<string> onRefused)
    {
        var verification = new PeerVerification(bundles, Authorize.Id(serverId), _time) { Refused = onRefused };
        return new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            RemoteCertificateValidationCallback = verification.Verify,
            CertificateChainPolicy = verification.PlatformPolicy(),
            AllowTlsResume = false,
        };
    }
}
