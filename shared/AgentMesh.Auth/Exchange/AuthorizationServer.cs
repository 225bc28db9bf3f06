using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Security.Authentication;
using AgentMesh.Spiffe;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth;

/// <summary>
/// The mesh's authorization server as seen from a party: every request goes over mTLS and the server must prove the SPIFFE ID that the
/// manifest gives it. Where TLS ends before the server (<see cref="MeshOptions.ClientAuthentication"/>), a JWT-SVID takes the client certificate's
/// place. Answers that break the protocol are failures, never trusted in part.
/// </summary>
public sealed partial class AuthorizationServer : IDisposable
{
    // draft-ietf-oauth-spiffe-client-auth.
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe";

    private readonly MeshIdentity _identity;
    private readonly TimeProvider _time;
    private readonly ServerChannel _channel;
    private readonly ServerMetadataCache _metadata;
    private readonly ILogger<AuthorizationServer> _logger;
    private readonly Uri? _issuer;
    // Null where the X509-SVID on the connection says who asks.
    private readonly IJwtSvidSource? _assertions;

    internal AuthorizationServer(MeshIdentity identity, IX509BundleSource bundles, IOptions<MeshOptions> mesh,
        IOptions<AuthorizationServerOptions> options, TimeProvider time, ILogger<AuthorizationServer> logger, IJwtSvidSource? jwtSvids)
    {
        (_identity, _time, _logger, _issuer) = (identity, time, logger, mesh.Value.Issuer);
        var settings = options.Value;
        if (!identity.Manifest.TryGetParty(settings.Name, out var server) || server is null)
        {
            throw new OptionsValidationException(nameof(AuthorizationServerOptions), typeof(AuthorizationServerOptions),
                [$"Mesh:AuthorizationServer:Name is \"{settings.Name}\", which {identity.Manifest.Path ?? "the manifest"} does not list."]);
        }
        var authentication = mesh.Value.ClientAuthentication;
        if (authentication == ClientAuthentication.X509 && settings.Trust == ServerTrust.System)
        {
            throw new OptionsValidationException(nameof(AuthorizationServerOptions), typeof(AuthorizationServerOptions),
                [$"Mesh:AuthorizationServer:Trust is \"system\", but a client certificate ends where TLS ends: set {MeshOptions.Names(nameof(MeshOptions.ClientAuthentication))} to \"jwt\" too, or leave Trust out."]);
        }
        _assertions = authentication == ClientAuthentication.X509 ? null : jwtSvids
            ?? throw new InvalidOperationException($"{MeshOptions.Names(nameof(MeshOptions.ClientAuthentication))} is \"jwt\", but no source of JWT-SVIDs is registered.");
        var http = new HttpMessageInvoker(ServerConnections.Create(authentication, settings.Trust, identity, bundles, SpiffeId.Parse(server.SpiffeId), time, LogRefused), disposeHandler: true);
        _channel = new ServerChannel(http, settings, time, logger);
        _metadata = new ServerMetadataCache(_channel, _issuer, settings.MetadataLifetime, time);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _channel.Dispose();
        _metadata.Dispose();
    }

    /// <summary>Reads the server's current signing keys (RFC 7517 §5) from the address that its metadata names.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The key set's JSON, or why there is none.</returns>
    public async Task<(ReadOnlyMemory<byte> Keys, TokenError? Error)> FetchKeysAsync(CancellationToken cancellationToken = default)
    {
        if (!TryGetSvid(out var svid, out var noSvid))
            return (default, noSvid);
        var (metadata, error) = await _metadata.GetAsync(svid!, cancellationToken).ConfigureAwait(false);
        if (metadata is null)
            return (default, error);
        var answer = await _channel.SendAsync(HttpMethod.Get, metadata.KeysEndpoint, null, svid!, cancellationToken).ConfigureAwait(false);
        if (answer.Error is null && answer.Status != HttpStatusCode.OK)
            return (default, _channel.Unexpected(metadata.KeysEndpoint, answer.Status));
        return (answer.Json, answer.Error);
    }

    /// <summary>Posts a form to the token endpoint, authenticated by the SVID (RFC 8705 §2), or by a JWT-SVID and a proof of the key (RFC 9449 §5).</summary>
    internal Task<ServerAnswer> PostToTokenEndpointAsync(
        IEnumerable<KeyValuePair<string, string>> form, X509Svid svid, ProofKey? key, CancellationToken cancellationToken, TimeSpan? timeout = null) =>
        PostFormAsync(static metadata => metadata.TokenEndpoint, form, svid, key, timeout, cancellationToken);

    /// <summary>Posts a form to the backchannel authentication endpoint (OpenID CIBA §7).</summary>
    internal Task<ServerAnswer> PostToBackchannelEndpointAsync(IEnumerable<KeyValuePair<string, string>> form, X509Svid svid, ProofKey? key, CancellationToken cancellationToken) =>
        PostFormAsync(static metadata => metadata.BackchannelEndpoint, form, svid, key, timeout: null, cancellationToken);

    private async Task<ServerAnswer> PostFormAsync(Func<ServerMetadata, Uri?> endpoint, IEnumerable<KeyValuePair<string, string>> form, X509Svid svid, ProofKey? key,
        TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var (metadata, error) = await _metadata.GetAsync(svid, cancellationToken).ConfigureAwait(false);
        if (metadata is null)
            return new ServerAnswer(default, [], error);
        if (endpoint(metadata) is not { } address)
            return new ServerAnswer(default, [], _channel.Reject("The authorization server's metadata has no backchannel_authentication_endpoint: it offers no approvals (OpenID CIBA)."));
        if (_assertions is not null)
        {
            var (assertion, noAssertion) = await GetAssertionAsync(cancellationToken).ConfigureAwait(false);
            if (assertion is null)
                return new ServerAnswer(default, [], noAssertion);
            form = [.. form, new("client_assertion_type", AssertionType), new("client_assertion", assertion)];
        }
        using var content = new FormUrlEncodedContent(form);
        var proof = key?.Prove(HttpMethod.Post.Method, address, _time.GetUtcNow());
        return await _channel.SendAsync(HttpMethod.Post, address, content, svid, cancellationToken, timeout, proof is null ? null : (DpopNames.Header, proof)).ConfigureAwait(false);
    }

    private async ValueTask<(string? Assertion, TokenError? Error)> GetAssertionAsync(CancellationToken cancellationToken)
    {
        try
        {
            var svid = await _assertions!.FetchJwtSvidAsync((_issuer ?? throw MeshOptions.NoIssuer()).OriginalString, cancellationToken).ConfigureAwait(false);
            return svid.Id.Equals(_identity.Id) ? (svid.Token, null)
                : (null, new TokenError(TokenError.Unavailable, $"The Workload API gave this process a JWT-SVID of {svid.Id}, but it is {_identity.Id}."));
        }
        catch (AuthenticationException exception)
        {
            return (null, new TokenError(TokenError.Unavailable, $"No JWT-SVID to authenticate with: {exception.Message}"));
        }
    }

    /// <summary>Posts JSON to an address below the issuer and waits longer than usual: for long polling (RFC 8936 §2.4).</summary>
    internal Task<ServerAnswer> PostJsonAsync(string path, ReadOnlyMemory<byte> json, TimeSpan timeout, CancellationToken cancellationToken) =>
        PostAsync(path, json, MediaTypeNames.Application.Json, timeout, cancellationToken);

    /// <summary>Posts to an address below the issuer and waits longer than usual: for large batches.</summary>
    internal async Task<ServerAnswer> PostAsync(string path, ReadOnlyMemory<byte> body, string mediaType, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (!TryGetSvid(out var svid, out var noSvid))
            return new ServerAnswer(default, [], noSvid);
        var (assertion, noAssertion) = _assertions is null ? default : await GetAssertionAsync(cancellationToken).ConfigureAwait(false);
        if (noAssertion is not null)
            return new ServerAnswer(default, [], noAssertion);
        using var content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } };
        return await _channel.SendAsync(HttpMethod.Post, new Uri(_issuer ?? throw MeshOptions.NoIssuer(), path), content, svid!, cancellationToken, timeout, assertion is null ? null : ("Authorization", $"Bearer {assertion}")).ConfigureAwait(false);
    }

    private bool TryGetSvid(out X509Svid? svid, out TokenError? error)
    {
        try
        {
            (svid, error) = (_identity.GetX509Svid(), null);
            return true;
        }
        catch (AuthenticationException exception)
        {
            (svid, error) = (null, new TokenError(TokenError.Unavailable, exception.Message));
            return false;
        }
    }

    [LoggerMessage(1203, LogLevel.Warning, "Refused to talk to what should be the authorization server: {Reason}")]
    private partial void LogRefused(string reason);
}
