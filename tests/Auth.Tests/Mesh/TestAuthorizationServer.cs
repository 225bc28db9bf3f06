using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentMesh.Spiffe;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Auth.Tests;

/// <summary>
/// A small authorization server over real mTLS: exchanges tokens as the real one does and can be told to misbehave. It makes no policy decisions;
/// those are tested with the real one.
/// </summary>
internal sealed class TestAuthorizationServer : IAsyncDisposable
{
    private readonly TestMesh _mesh;
    private readonly WebApplication _app;
    private readonly TestSource _source;
    private int _exchanges;
    private int _keyReads;

    private TestAuthorizationServer(TestMesh mesh, WebApplication app, TestSource source)
    {
        (_mesh, _app, _source) = (mesh, app, source);
        Approvals = new TestApprovals(mesh, this);
    }

    /// <summary>The requests for approval, and the person who decides.</summary>
    public TestApprovals Approvals { get; }

    public Uri Address { get; private set; } = null!;

    public List<TestSigningKey> Keys { get; } = [new("key-1")];

    public TestSource Source => _source;

    public int Exchanges => Volatile.Read(ref _exchanges);

    public int KeyReads => Volatile.Read(ref _keyReads);

    public ConcurrentQueue<Dictionary<string, string>> Requests { get; } = new();

    /// <summary>DPoP headers of requests for a token.</summary>
    public ConcurrentQueue<string?> Proofs { get; } = new();

    /// <summary>Answers instead of the server when it returns true.</summary>
    public Func<HttpContext, Task<bool>>? Intercept { get; set; }

    /// <summary>Changes a token before it is signed.</summary>
    public Action<TestToken>? Shape { get; set; }

    /// <summary>Changes the answer that carries a token.</summary>
    public Action<JsonObject>? ShapeAnswer { get; set; }

    public Action<JsonObject>? ShapeMetadata { get; set; }

    public static async Task<TestAuthorizationServer> StartAsync(TestMesh mesh)
    {
        var source = mesh.SourceOf("auth-server");
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(SpiffeTls.ServerOptions(source, source, Authorize.AnyPeer(), clientCertificateRequired: false, time: mesh.Clock)),
        })));
        var app = builder.Build();
        var server = new TestAuthorizationServer(mesh, app, source);
        app.Use(async (context, next) =>
        {
            if (server.Intercept is not { } intercept || !await intercept(context))
                await next(context);
        });
        app.MapGet("/.well-known/oauth-authorization-server", server.Metadata);
        app.MapGet("/jwks", server.PublishKeys);
        // The cast keeps the result: a RequestDelegate would drop it.
        app.MapPost("/token", (Delegate)server.ExchangeAsync);
        app.MapPost("/bc-authorize", (Delegate)server.Approvals.Ask);
        app.MapPost("/events/{stream}", (Delegate)server.Events.PollAsync);
        await app.StartAsync();
        server.Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/");
        return server;
    }

    /// <summary>The stream of security events that receivers poll.</summary>
    public TestEventStream Events { get; } = new();

    public Task StopAsync()
    {
        Events.Stop();
        return _app.StopAsync();
    }

    /// <summary>Signs a token for a caller with the newest key.</summary>
    public string Issue(TestSource caller, string audience, string scope, Action<TestToken>? shape = null)
    {
        var token = TestToken.For(Address.OriginalString, caller.Id.ToString(), caller.Id.ToString(), TestManifest.IdOf(audience), scope, caller.Svid.Thumbprint, _mesh.Clock.GetUtcNow());
        shape?.Invoke(token);
        return token.Sign(Keys[^1]);
    }

    public async ValueTask DisposeAsync()
    {
        Events.Stop();
        await _app.DisposeAsync();
        Events.Dispose();
        foreach (var key in Keys)
            key.Dispose();
        _source.Svid.Dispose();
    }

    private JsonHttpResult<JsonObject> Metadata()
    {
        var document = new JsonObject
        {
            ["issuer"] = Address.OriginalString,
            ["token_endpoint"] = new Uri(Address, "token").ToString(),
            ["jwks_uri"] = new Uri(Address, "jwks").ToString(),
            ["backchannel_authentication_endpoint"] = new Uri(Address, "bc-authorize").ToString(),
        };
        ShapeMetadata?.Invoke(document);
        return TypedResults.Json(document);
    }

    private JsonHttpResult<JsonObject> PublishKeys()
    {
        Interlocked.Increment(ref _keyReads);
        return TypedResults.Json(new JsonObject { ["keys"] = new JsonArray([.. Keys.Select(k => (JsonNode)k.Jwk())]) });
    }

    private async Task<IResult> ExchangeAsync(HttpContext context)
    {
        var form = (await context.Request.ReadFormAsync()).ToDictionary(f => f.Key, f => f.Value.ToString());
        Proofs.Enqueue(context.Request.Headers["DPoP"]);
        if (TestClientProof.Read(context, form, _source, Address.OriginalString, _mesh.Clock.GetUtcNow()) is not { } peer)
            return TypedResults.Json(new JsonObject { ["error"] = "invalid_client", ["error_description"] = "Nobody has proven anything." }, statusCode: 401);
        if (form["grant_type"].EndsWith(":ciba", StringComparison.Ordinal))
            return Approvals.Poll(form, peer);
        Interlocked.Increment(ref _exchanges);
        Requests.Enqueue(form);
        if (form["client_id"] != peer.Id)
            return TypedResults.Json(new JsonObject { ["error"] = "invalid_client", ["error_description"] = "client_id is not the SVID's." }, statusCode: 401);

        var (subject, txn, actors) = Served(form["subject_token"], form["subject_token_type"], peer.Id);
        var token = TestToken.For(Address.OriginalString, subject, peer.Id, form["audience"], form["scope"], peer.Binding, _mesh.Clock.GetUtcNow(), actors);
        peer.Bind(token);
        if (txn is not null)
            token.Claims["txn"] = txn;
        Shape?.Invoke(token);
        var answer = new JsonObject
        {
            ["access_token"] = token.Sign(Keys[^1]),
            ["issued_token_type"] = "urn:ietf:params:oauth:token-type:access_token",
            ["token_type"] = peer.TokenType,
            ["expires_in"] = (long)token.Claims["exp"]! - (long)token.Claims["iat"]!,
            ["scope"] = form["scope"],
        };
        ShapeAnswer?.Invoke(answer);
        return TypedResults.Json(answer);
    }

    private static (string Subject, string? Txn, string[] Actors) Served(string token, string type, string peer)
    {
        using var claims = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]));
        var subject = claims.RootElement.GetProperty("sub").GetString()!;
        if (type.EndsWith(":jwt", StringComparison.Ordinal))
            return (subject, null, []);
        List<string> actors = [peer];
        for (var place = claims.RootElement; place.TryGetProperty("act", out var act); place = act)
            actors.Add(act.GetProperty("sub").GetString()!);
        return (subject, claims.RootElement.GetProperty("txn").GetString(), [.. actors]);
    }
}
