using System.Runtime.CompilerServices;
using AgentMesh.Spiffe.Internal;
using AgentMesh.Spiffe.Protocol;
using Grpc.Core;
using Grpc.Net.Client;

namespace AgentMesh.Spiffe;

/// <summary>The calls of the SPIFFE Workload API, one by one, without retries. <see cref="SpiffeSource"/> is what most programs want.</summary>
/// <remarks>gRPC over a Unix socket or TCP, without TLS and without client authentication, as the standard asks (Workload Endpoint §3–5).</remarks>
public sealed class WorkloadApiClient : IAsyncDisposable, IDisposable
{
    // Exact name and value: the server refuses anything else, so that a tricked HTTP client cannot reach it (Workload Endpoint §3).
    private static readonly Metadata SecurityHeader = new() { { "workload.spiffe.io", "true" } };

    private readonly WorkloadEndpoint _endpoint;
    private readonly WorkloadApiClientOptions _options;
    private readonly GrpcChannel _channel;
    private readonly SpiffeWorkloadAPI.SpiffeWorkloadAPIClient _client;
    private readonly TimeProvider _time;

    /// <summary>Creates a client. Connects with the first call.</summary>
    /// <param name="options">Where the Workload API is.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <exception cref="InvalidOperationException">The socket is not set or not an address; names the setting.</exception>
    public WorkloadApiClient(WorkloadApiClientOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Validated();
        _endpoint = WorkloadEndpoint.Parse(options.EffectiveSocket);
        _time = time ?? TimeProvider.System;
        _channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { ConnectCallback = (_, cancellation) => _endpoint.ConnectAsync(cancellation), UseProxy = false },
            DisposeHttpClient = true,
        });
        _client = new SpiffeWorkloadAPI.SpiffeWorkloadAPIClient(_channel);
    }

    /// <summary>The address it talks to.</summary>
    public string Endpoint => _endpoint.ToString();

    /// <summary>The workload's X.509 identities and bundles: at once, and again in full whenever something changes. Ends when the server ends the stream.</summary>
    /// <exception cref="WorkloadApiException">The stream failed, or a message broke the standard (<see cref="WorkloadApiError.InvalidResponse"/>).</exception>
    public IAsyncEnumerable<X509Context> WatchX509ContextAsync(CancellationToken cancellationToken = default) =>
        OpenX509(cancellationToken).Select(WorkloadApiMessages.Read);

    /// <summary>X.509 bundles by trust domain, for workloads that only verify. Ends when the server ends the stream.</summary>
    /// <inheritdoc cref="WatchX509ContextAsync"/>
    public IAsyncEnumerable<IReadOnlyDictionary<TrustDomain, X509Bundle>> WatchX509BundlesAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(() => _client.FetchX509Bundles(new X509BundlesRequest(), CallOptions(cancellationToken)), cancellationToken).Select(WorkloadApiMessages.Read);

    /// <summary>JWT bundles by trust domain. One that cannot be read is left out. Ends when the server ends the stream.</summary>
    /// <inheritdoc cref="WatchX509ContextAsync"/>
    public IAsyncEnumerable<IReadOnlyDictionary<TrustDomain, JwtBundle>> WatchJwtBundlesAsync(CancellationToken cancellationToken = default) =>
        OpenJwtBundles(cancellationToken).Select(WorkloadApiMessages.Read);

    /// <summary>Fetches JWT-SVIDs. They come from the Workload API itself and are not verified again.</summary>
    /// <param name="audience">Who they are for; at least one. One only is strongly recommended (JWT-SVID §3.2).</param>
    /// <param name="identity">For this identity only; null for all of the workload's.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="WorkloadApiException">Refused, not reachable, or an answer that breaks the standard.</exception>
    public async Task<IReadOnlyList<JwtSvid>> FetchJwtSvidsAsync(IEnumerable<string> audience, SpiffeId? identity = null, CancellationToken cancellationToken = default)
    {
        var request = new JWTSVIDRequest { SpiffeId = identity?.ToString() ?? "" };
        request.Audience.Add(audience);
        if (request.Audience.Count == 0 || request.Audience.Any(string.IsNullOrEmpty))
            throw new ArgumentException("A JWT-SVID needs an audience.", nameof(audience));
        using var span = SpiffeTelemetry.StartCall("FetchJWTSVID");
        var response = await CallAsync(options => _client.FetchJWTSVIDAsync(request, options), cancellationToken).ConfigureAwait(false);
        return WorkloadApiMessages.Read(response, request.Audience);
    }

    /// <summary>Has the Workload API validate a JWT-SVID; <see cref="JwtSvidValidator"/> does the same without a call.</summary>
    /// <param name="audience">Who the validator is.</param>
    /// <param name="token">The token.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The token with its claims, which the server vouches for.</returns>
    /// <exception cref="WorkloadApiException">The token is not valid (<see cref="WorkloadApiError.InvalidArgument"/>), or the call failed.</exception>
    public async Task<JwtSvid> ValidateJwtSvidAsync(string audience, string token, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(audience);
        ArgumentException.ThrowIfNullOrEmpty(token);
        using var span = SpiffeTelemetry.StartCall("ValidateJWTSVID");
        var request = new ValidateJWTSVIDRequest { Audience = audience, Svid = token };
        var response = await CallAsync(options => _client.ValidateJWTSVIDAsync(request, options), cancellationToken).ConfigureAwait(false);
        return WorkloadApiMessages.Read(response, token);
    }

    /// <summary>Closes the connection; streams under way end.</summary>
    public void Dispose() => _channel.Dispose();

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    internal IAsyncEnumerable<X509SVIDResponse> OpenX509(CancellationToken cancellation) =>
        ReadAsync(() => _client.FetchX509SVID(new X509SVIDRequest(), CallOptions(cancellation)), cancellation);

    internal IAsyncEnumerable<JWTBundlesResponse> OpenJwtBundles(CancellationToken cancellation) =>
        ReadAsync(() => _client.FetchJWTBundles(new JWTBundlesRequest(), CallOptions(cancellation)), cancellation);

    private static CallOptions CallOptions(CancellationToken cancellation) => new(SecurityHeader, cancellationToken: cancellation);

    private async IAsyncEnumerable<T> ReadAsync<T>(Func<AsyncServerStreamingCall<T>> start, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var call = start();
        while (await NextAsync(call.ResponseStream, cancellation).ConfigureAwait(false))
            yield return call.ResponseStream.Current;
    }

    private async Task<bool> NextAsync<T>(IAsyncStreamReader<T> stream, CancellationToken cancellation)
    {
        try
        {
            return await stream.MoveNext(cancellation).ConfigureAwait(false);
        }
        catch (RpcException e)
        {
            cancellation.ThrowIfCancellationRequested();
            throw RpcFailure.Describe(e, Endpoint);
        }
    }

    private async Task<T> CallAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> start, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            using var call = start(CallOptions(either.Token));
            return await call.ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (RpcException e)
        {
            throw RpcFailure.Describe(e, Endpoint);
        }
    }
}
