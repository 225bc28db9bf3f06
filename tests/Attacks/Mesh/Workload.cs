using System.Net.Http.Headers;
using AgentMesh.Spiffe;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Mesh;

/// <summary>
/// A process that holds an X509-SVID and writes its requests by hand: an honest agent, or one that was taken over and sends whatever the
/// attacker wants over its own valid identity.
/// </summary>
internal sealed class Workload : IDisposable
{
    private const string TokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
    private const string Jwt = "urn:ietf:params:oauth:token-type:jwt";
    private const string AccessToken = "urn:ietf:params:oauth:token-type:access_token";

    private readonly AttackMesh _mesh;
    private readonly TestAuthority _authority;
    private readonly HttpClient _http;

    public Workload(AttackMesh mesh, TestAuthority authority, StaticSource identity)
    {
        (_mesh, _authority, Identity) = (mesh, authority, identity);
        _http = new HttpClient(SpiffeTls.CreateHandler(identity, identity, Authorize.AnyPeer(), mesh.Clock)) { Timeout = TimeSpan.FromSeconds(20) };
    }

    public StaticSource Identity { get; }

    public X509Svid Svid => Identity.GetX509Svid();

    public string Id => Svid.Id.ToString();

    /// <summary>A JWT-SVID of this workload.</summary>
    public string JwtSvid(string? audience = null, JwtShape? shape = null) => _authority.IssueJwt(Svid.Id, audience ?? _mesh.Issuer.Name.ToString(), shape: shape);

    /// <summary>Begins a task on the workload's own behalf (RFC 8693, the JWT-SVID as subject token).</summary>
    public Task<Answer> BeginAsync(string callee, string? scope = null, params (string, string)[] more) => TokenAsync(JwtSvid(), Jwt, callee, scope, more);

    /// <summary>Exchanges the token that the workload was called with.</summary>
    public Task<Answer> ExchangeAsync(string subjectToken, string callee, string? scope = null, params (string, string)[] more) =>
        TokenAsync(subjectToken, AccessToken, callee, scope, more);

    /// <summary>Any form to any endpoint of the authorization server.</summary>
    public Task<Answer> PostAsync(string path, params (string Name, string Value)[] form) =>
        SendAsync(HttpMethod.Post, new Uri(_mesh.Issuer.Address, path), null, new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Name, f.Value))));

    /// <summary>Any body to any endpoint of the authorization server.</summary>
    public Task<Answer> PostAsync(string path, HttpContent body) => SendAsync(HttpMethod.Post, new Uri(_mesh.Issuer.Address, path), null, body);

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, new Uri(_mesh.Issuer.Address, path), null, null);

    /// <summary>Polls a stream of security events (RFC 8936) without waiting for one.</summary>
    public Task<Answer> PollAsync(string stream) => SendAsync(HttpMethod.Post, new Uri(_mesh.Issuer.Address, $"events/{stream}"), null,
        new StringContent("""{"returnImmediately":true}""", System.Text.Encoding.UTF8, "application/json"));

    /// <summary>Calls an agent with whatever token, or none.</summary>
    public Task<Answer> CallAsync(Callee callee, string? token, string path = "/score", params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, new Uri(callee.Address, path), token, null, headers);

    public Task<Answer> CallAsync(Callee callee, string? token, string path, HttpContent body) =>
        SendAsync(HttpMethod.Post, new Uri(callee.Address, path), token, body);

    /// <summary>Calls with a token that is bound to a key, and a proof of that key.</summary>
    public async Task<Answer> CallProvenAsync(string address, string token, string proof)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        request.Headers.Authorization = new AuthenticationHeaderValue("DPoP", token);
        request.Headers.TryAddWithoutValidation("DPoP", proof);
        return await Answer.ReadAsync(await _http.SendAsync(request, TestContext.Current.CancellationToken));
    }

    public void Dispose() => _http.Dispose();

    private Task<Answer> TokenAsync(string subjectToken, string type, string callee, string? scope, (string, string)[] more) => PostAsync("token",
    [
        ("grant_type", TokenExchange), ("subject_token", subjectToken), ("subject_token_type", type), ("audience", callee),
        .. scope is null ? [] : new[] { ("scope", scope) }, .. more,
    ]);

    private async Task<Answer> SendAsync(HttpMethod method, Uri address, string? token, HttpContent? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, address) { Content = body };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await Answer.ReadAsync(await _http.SendAsync(request, TestContext.Current.CancellationToken));
    }
}
