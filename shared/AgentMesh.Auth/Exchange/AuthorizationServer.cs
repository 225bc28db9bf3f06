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
    private readonly AuthorizationServerOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http;
    private readonly ILogger<AuthorizationServer> _logger;
    private readonly SemaphoreSlim _metadataGate = new(1, 1);
    private readonly Uri? _issuer;
    // Null where the X509-SVID on the connection says who asks.
    private readonly IJwtSvidSource? _assertions;
    private ServerMetadata? _metadata;
    private DateTimeOffset _metadataUntil;

    internal AuthorizationServer(MeshIdentity identity, IX509BundleSource bundles, IOptions<MeshOptions> mesh,
        IOptions<AuthorizationServerOptions> options, TimeProvider time, ILogger<AuthorizationServer> logger, IJwtSvidSource? jwtSvids)
    {
        (_identity, _options, _time, _logger, _issuer) = (identity, options.Value, time, logger, mesh.Value.Issuer);
        if (!identity.Manifest.TryGetParty(_options.Name, out var server) || server is null)
        {
            throw new OptionsValidationException(nameof(AuthorizationServerOptions), typeof(AuthorizationServerOptions),
                [$"Mesh:AuthorizationServer:Name is \"{_options.Name}\", which {identity.Manifest.Path ?? "the manifest"} does not list."]);
        }
        var authentication = mesh.Value.ClientAuthentication;
        if (authentication == ClientAuthentication.X509 && _options.Trust == ServerTrust.System)
        {
            throw new OptionsValidationException(nameof(AuthorizationServerOptions), typeof(AuthorizationServerOptions),
                [$"Mesh:AuthorizationServer:Trust is \"system\", but a client certificate ends where TLS ends: set {MeshOptions.Names(nameof(MeshOptions.ClientAuthentication))} to \"jwt\" too, or leave Trust out."]);
        }
        _assertions = authentication == ClientAuthentication.X509 ? null : jwtSvids
            ?? throw new InvalidOperationException($"{MeshOptions.Names(nameof(MeshOptions.ClientAuthentication))} is \"jwt\", but no source of JWT-SVIDs is registered.");
        _http = new HttpMessageInvoker(ServerConnections.Create(authentication, _options.Trust, identity, bundles, SpiffeId.Parse(server.SpiffeId), time, LogRefused), disposeHandler: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _metadataGate.Dispose();
    }

    /// <summary>Reads the server's current signing keys (RFC 7517 §5) from the address that its metadata names.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The key set's JSON, or why there is none.</returns>
    public async Task<(ReadOnlyMemory<byte> Keys, TokenError? Error)> FetchKeysAsync(CancellationToken cancellationToken = default)
    {
        if (!TryGetSvid(out var svid, out var noSvid))
            return (default, noSvid);
        var (metadata, error) = await GetMetadataAsync(svid!, cancellationToken).ConfigureAwait(false);
        if (metadata is null)
            return (default, error);
        var answer = await SendAsync(HttpMethod.Get, metadata.KeysEndpoint, null, svid!, cancellationToken).ConfigureAwait(false);
        if (answer.Error is null && answer.Status != HttpStatusCode.OK)
            return (default, Unexpected(metadata.KeysEndpoint, answer.Status));
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
        var (metadata, error) = await GetMetadataAsync(svid, cancellationToken).ConfigureAwait(false);
        if (metadata is null)
            return new ServerAnswer(default, [], error);
        if (endpoint(metadata) is not { } address)
            return new ServerAnswer(default, [], Reject("The authorization server's metadata has no backchannel_authentication_endpoint: it offers no approvals (OpenID CIBA)."));
        if (_assertions is not null)
        {
            var (assertion, noAssertion) = await GetAssertionAsync(cancellationToken).ConfigureAwait(false);
            if (assertion is null)
                return new ServerAnswer(default, [], noAssertion);
            form = [.. form, new("client_assertion_type", AssertionType), new("client_assertion", assertion)];
        }
        using var content = new FormUrlEncodedContent(form);
        var proof = key?.Prove(HttpMethod.Post.Method, address, _time.GetUtcNow());
        return await SendAsync(HttpMethod.Post, address, content, svid, cancellationToken, timeout, proof is null ? null : (DpopNames.Header, proof)).ConfigureAwait(false);
    }

    private async ValueTask<(string? Assertion, TokenError? Error)> GetAssertionAsync(CancellationToken cancellationToken)
    {
        try
        {
            var svid = await _assertions!.FetchJwtSvidAsync((_issuer ?? throw NoIssuer()).OriginalString, cancellationToken).ConfigureAwait(false);
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
        return await SendAsync(HttpMethod.Post, new Uri(_issuer ?? throw NoIssuer(), path), content, svid!, cancellationToken, timeout, assertion is null ? null : ("Authorization", $"Bearer {assertion}")).ConfigureAwait(false);
    }

    private static InvalidOperationException NoIssuer() =>
        new($"{MeshOptions.Names(nameof(MeshOptions.Issuer))} is not set. Set it to the authorization server's issuer, such as https://127.0.0.1:7443/.");

    private async ValueTask<(ServerMetadata? Metadata, TokenError? Error)> GetMetadataAsync(X509Svid svid, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _metadata) is { } known && _time.GetUtcNow() < _metadataUntil)
            return (known, null);
        if (_issuer is null)
            throw NoIssuer();

        await _metadataGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_metadata is { } meanwhile && _time.GetUtcNow() < _metadataUntil)
                return (meanwhile, null);
            var address = ServerMetadata.AddressOf(_issuer);
            var answer = await SendAsync(HttpMethod.Get, address, null, svid, cancellationToken).ConfigureAwait(false);
            if (answer.Error is not null)
                return (null, answer.Error);
            if (answer.Status != HttpStatusCode.OK)
                return (null, Unexpected(address, answer.Status));
            if (ServerMetadata.Read(answer.Json, _issuer, out var reason) is not { } metadata)
                return (null, Reject($"The authorization server's metadata {reason}."));
            _metadataUntil = _time.GetUtcNow() + _options.MetadataLifetime;
            Volatile.Write(ref _metadata, metadata);
            return (metadata, null);
        }
        finally
        {
            _metadataGate.Release();
        }
    }

    private async Task<ServerAnswer> SendAsync(HttpMethod method, Uri address, HttpContent? content, X509Svid svid, CancellationToken cancellationToken, TimeSpan? wait = null,
        (string Name, string Value)? credential = null)
    {
        var longest = wait ?? _options.Timeout;
        using var timeout = new CancellationTokenSource(longest, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var request = new HttpRequestMessage(method, address)
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypeNames.Application.Json));
        if (credential is { } header)
            request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        request.Options.Set(SpiffeHttpHandler.SvidKey, svid);
        try
        {
            using var response = await _http.SendAsync(request, either.Token).ConfigureAwait(false);
            if (response.Content.Headers.ContentType?.MediaType is not (MediaTypeNames.Application.Json or "application/jwk-set+json"))
            {
                return new ServerAnswer(response.StatusCode, [], Reject($"The authorization server answered {address.AbsolutePath} with {(int)response.StatusCode} "
                    + $"and {response.Content.Headers.ContentType?.MediaType ?? "no content type"} instead of application/json."));
            }
            return new ServerAnswer(response.StatusCode, await ReadAsync(response.Content, either.Token).ConfigureAwait(false), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // In time for this attempt, or for the connection, whose own limit ends in the same kind of exception.
            return ServerAnswer.Failed(TokenError.Unavailable, $"The authorization server at {address.Authority} ({MeshOptions.Names(nameof(MeshOptions.Issuer))}) did not answer {address.AbsolutePath} in time (at most {longest.TotalSeconds:0.#} s).");
        }
        catch (InvalidDataException exception)
        {
            return new ServerAnswer(default, [], Reject($"The authorization server's answer to {address.AbsolutePath} {exception.Message}."));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or AuthenticationException)
        {
            LogUnreachable(exception, address.Authority);
            return ServerAnswer.Failed(TokenError.Unavailable,
                $"The authorization server at {address.Authority} ({MeshOptions.Names(nameof(MeshOptions.Issuer))}) could not be reached over TLS: {Innermost(exception)}");
        }
    }

    private async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > _options.MaxAnswerBytes)
            throw new InvalidDataException($"is {content.Headers.ContentLength} bytes long, more than the {_options.MaxAnswerBytes} allowed");
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[Math.Min(_options.MaxAnswerBytes, (int?)content.Headers.ContentLength ?? 4096) + 1];
            var length = 0;
            int read;
            while ((read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false)) > 0)
            {
                length += read;
                if (length > _options.MaxAnswerBytes)
                    throw new InvalidDataException($"is longer than the {_options.MaxAnswerBytes} bytes allowed");
                if (length == buffer.Length)
                    Array.Resize(ref buffer, Math.Min(buffer.Length * 2, _options.MaxAnswerBytes + 1));
            }
            return buffer[..length];
        }
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

    private TokenError Unexpected(Uri address, HttpStatusCode status) =>
        Reject($"The authorization server answered {address.AbsolutePath} with status {(int)status}.");

    private TokenError Reject(string description)
    {
        LogBadAnswer(description);
        return new TokenError(TokenError.BadAnswer, description);
    }

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception.Message;
    }

    [LoggerMessage(1201, LogLevel.Warning, "{Description}")]
    private partial void LogBadAnswer(string description);

    [LoggerMessage(1202, LogLevel.Warning, "The authorization server at {Authority} could not be reached.")]
    private partial void LogUnreachable(Exception exception, string authority);

    [LoggerMessage(1203, LogLevel.Warning, "Refused to talk to what should be the authorization server: {Reason}")]
    private partial void LogRefused(string reason);
}
