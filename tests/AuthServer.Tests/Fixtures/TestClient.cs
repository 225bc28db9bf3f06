using System.Net.Security;
using System.Text.Json.Nodes;
using AgentMesh.Spiffe;
using AgentMesh.Testing;

namespace AgentMesh.AuthServer.Tests.Fixtures;

/// <summary>An OAuth client over a real TLS connection of its own.</summary>
internal sealed class TestClient : IDisposable
{
    public const string TokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
    public const string AccessTokenType = "urn:ietf:params:oauth:token-type:access_token";
    public const string JwtType = "urn:ietf:params:oauth:token-type:jwt";
    public const string SpiffeAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe";

    private readonly RunningServer _server;
    private readonly HttpClient _http;

    public TestClient(RunningServer server, StaticSource? identity)
    {
        _server = server;
        Svid = identity?.GetX509Svid();
        HttpMessageHandler handler = identity is not null
            ? SpiffeTls.CreateHandler(identity, identity, Authorize.Id(SpiffeId.Parse(TestMesh.IdOf("auth-server"))), server.Time)
            : new SocketsHttpHandler
            {
                SslOptions = new SslClientAuthenticationOptions
                {
                    // Stands in for a verifier that only the bundle matters to: this client proves what the server does without a client certificate.
                    RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
                },
            };
        _http = new HttpClient(handler) { BaseAddress = server.Https, DefaultRequestVersion = new Version(2, 0) };
    }

    public X509Svid? Svid { get; }

    /// <summary>Who it says it is with a JWT-SVID alone; each request then takes one, and a DPoP proof.</summary>
    public SpiffeId? Asserted { get; init; }

    /// <summary>What it makes its DPoP proofs with.</summary>
    public TestProver Prover { get; } = new();

    public string Id => (Asserted ?? Svid!.Id).ToString();

    /// <summary>This client's JWT-SVID for the server.</summary>
    public string JwtSvid => _server.Authority.IssueJwt(Asserted ?? Svid!.Id, TestMesh.Issuer);

    /// <summary>A proof for one request to an endpoint.</summary>
    public string Prove(string path = "token") => Prover.Prove("POST", TestMesh.Issuer + path, _server.Time.GetUtcNow());

    public Task<Answer> ExchangeAsync(string subjectToken, string audience, string? scope = null, params (string Name, string Value)[] more) =>
        PostAsync("token", [.. Exchange(subjectToken, AccessTokenType, audience, scope), .. more]);

    public Task<Answer> ExchangeOwnSvidAsync(string audience, string? scope = null, params (string Name, string Value)[] more) =>
        PostAsync("token", [.. Exchange(JwtSvid, JwtType, audience, scope), .. more]);

    public Task<Answer> PostAsync(string path, params (string Name, string Value)[] form) =>
        Asserted is null ? PostProvenAsync(path, [], form)
        : PostProvenAsync(path, [Prove(path)], [.. form, ("client_assertion_type", SpiffeAssertionType), ("client_assertion", JwtSvid)]);

    /// <summary>Posts a form with just these DPoP headers.</summary>
    public async Task<Answer> PostProvenAsync(string path, string[] proofs, params (string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        return await PostAsync(path, content, proofs);
    }

    public async Task<Answer> PostAsync(string path, HttpContent content, params string[] proofs)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Version = _http.DefaultRequestVersion, Content = content };
        if (proofs is [var first, .. var more])
        {
            request.Headers.TryAddWithoutValidation("DPoP", first);
            // .NET would join two values in one line; those of the content get a line of their own.
            content.Headers.TryAddWithoutValidation("DPoP", more);
        }
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return await Answer.ReadAsync(response);
    }

    public async Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)) { Version = _http.DefaultRequestVersion };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return await Answer.ReadAsync(response);
    }

    public void Dispose()
    {
        _http.Dispose();
        Prover.Dispose();
    }

    public static (string, string)[] Exchange(string subjectToken, string type, string audience, string? scope) =>
    [
        ("grant_type", TokenExchange), ("subject_token", subjectToken), ("subject_token_type", type), ("audience", audience),
        .. scope is null ? [] : new[] { ("scope", scope) },
    ];
}

/// <summary>Status, headers and JSON body of a response.</summary>
internal sealed record Answer(int Status, JsonObject Body, string? CacheControl)
{
    public string? this[string member] => (string?)Body[member];

    public string? Error => this["error"];

    public string Token => Body["access_token"]!.GetValue<string>();

    /// <summary>The claims of the issued token.</summary>
    public JsonObject Claims => Jwt.Payload(Token);

    public static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new((int)response.StatusCode, text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject(), response.Headers.CacheControl?.ToString());
    }
}
