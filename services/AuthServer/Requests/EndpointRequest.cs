using AgentMesh.AuthServer.ClientAuthentication;
using AgentMesh.AuthServer.Telemetry;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace AgentMesh.AuthServer.Requests;

/// <summary>
/// Runs the same handlers for endpoints that OpenIddict does not know: whoever asks is authenticated, and a request judged, by the
/// same rules everywhere.
/// </summary>
internal sealed class EndpointRequest(IOpenIddictServerFactory factory, IOpenIddictServerDispatcher dispatcher, DecisionRecorder recorder)
{
    /// <summary>Authenticates the client of a request by its X509-SVID.</summary>
    /// <param name="http">The request.</param>
    /// <param name="kind">The audit event's kind.</param>
    /// <param name="operation">What is asked for.</param>
    /// <param name="takesJwtSvid">
    /// Whether a JWT-SVID as Bearer will do (SPIFFE JWT-SVID §5), for what a client behind an end of TLS must read. It can be replayed while it lives, so it never will for
    /// what changes anything.
    /// </param>
    /// <returns>Null after the refusal was recorded and answered.</returns>
    public async Task<ServerRequest?> AuthenticateAsync(HttpContext http, string kind, string operation, bool takesJwtSvid = false)
    {
        var transaction = await CreateAsync(http, takesJwtSvid ? WithJwtSvid(http) : new OpenIddictRequest(), OpenIddictServerEndpointType.Unknown);
        var context = new ProcessAuthenticationContext(transaction) { CancellationToken = http.RequestAborted };
        await dispatcher.DispatchAsync(context);
        return await JudgeAsync(context, kind, operation);
    }

    /// <summary>Judges a request as the token endpoint would.</summary>
    /// <returns>Null after the refusal was recorded and answered.</returns>
    public async Task<ServerRequest?> JudgeTokenRequestAsync(HttpContext http, OpenIddictRequest request, string kind, string operation, Action<ServerRequest> prepare)
    {
        var transaction = await CreateAsync(http, request, OpenIddictServerEndpointType.Token);
        prepare(ServerRequest.Of(transaction));
        var context = new ValidateTokenRequestContext(transaction) { CancellationToken = http.RequestAborted };
        await dispatcher.DispatchAsync(context);
        return await JudgeAsync(context, kind, operation);
    }

    /// <summary>Records a refusal and answers it as RFC 6749 §5.2 says.</summary>
    public async Task RefuseAsync(ServerRequest request, string kind, string operation, int status, string error, string reason, string description)
    {
        request.Reason = reason;
        await recorder.RecordAsync(request, kind, operation, error, requestedScope: null, request.Http.RequestAborted);
        await OAuthError.WriteAsync(request.Http, status, error, description);
    }

    private static OpenIddictRequest WithJwtSvid(HttpContext http)
    {
        const string bearer = "Bearer ";
        var authorization = http.Request.Headers.Authorization.ToString();
        return authorization.StartsWith(bearer, StringComparison.OrdinalIgnoreCase)
            ? new OpenIddictRequest { ClientAssertionType = SpiffeAssertion.AssertionType, ClientAssertion = authorization[bearer.Length..] }
            : new OpenIddictRequest();
    }

    private async Task<OpenIddictServerTransaction> CreateAsync(HttpContext http, OpenIddictRequest request, OpenIddictServerEndpointType endpoint)
    {
        var transaction = await factory.CreateTransactionAsync();
        transaction.Properties[typeof(HttpRequest).FullName!] = new WeakReference<HttpRequest>(http.Request);
        transaction.EndpointType = endpoint;
        transaction.Request = request;
        return transaction;
    }

    private async Task<ServerRequest?> JudgeAsync(BaseValidatingContext context, string kind, string operation)
    {
        var request = ServerRequest.Of(context.Transaction);
        if (!context.IsRejected)
        {
            return request;
        }
        var error = context.Error ?? OpenIddictConstants.Errors.InvalidRequest;
        await recorder.RecordAsync(request, kind, operation, error, context.Transaction.Request?.Scope, context.CancellationToken);
        var status = error == OpenIddictConstants.Errors.InvalidClient ? StatusCodes.Status401Unauthorized : StatusCodes.Status400BadRequest;
        await OAuthError.WriteAsync(request.Http, status, error, context.ErrorDescription ?? "The request is refused.");
        return null;
    }
}
