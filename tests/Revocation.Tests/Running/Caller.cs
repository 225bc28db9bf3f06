using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using AgentMesh.Spiffe;

namespace AgentMesh.Revocation.Tests.Running;

/// <summary>
/// A party of the mesh as an attacker has it: its SVID and tokens in hand, used for as long as anybody takes them, with none of the
/// library's care.
/// </summary>
internal sealed class Caller : IDisposable
{
    private readonly ProcessMesh _mesh;
    private readonly SpiffeSource _source;
    private readonly HttpClient _http;

    public Caller(ProcessMesh mesh, SpiffeSource source, IX509BundleSource bundles)
    {
        (_mesh, _source) = (mesh, source);
        // Kept although the Workload API withdraws it.
        Svid = source.GetX509Svid();
        _http = new HttpClient(SpiffeTls.CreateHandler(new Held(Svid), bundles, Authorize.MemberOf(Svid.Id.TrustDomain))) { DefaultRequestVersion = new Version(2, 0), Timeout = TimeSpan.FromSeconds(45) };
    }

    public X509Svid Svid { get; }

    public string Id => Svid.Id.ToString();

    /// <summary>Whether the Workload API gives this party an SVID now.</summary>
    public bool HasIdentity
    {
        get
        {
            try
            {
                return _source.GetX509Svid() is not null;
            }
            catch (System.Security.Authentication.AuthenticationException)
            {
                return false;
            }
        }
    }

    public async Task<string> JwtSvidAsync() => (await _source.FetchJwtSvidAsync(_mesh.Issuer.Address.AbsoluteUri, TestContext.Current.CancellationToken)).Token;

    /// <summary>Whether the Workload API gives this party a JWT-SVID now: it hears of a party's enabling after the authorization server has answered.</summary>
    public async Task<bool> HasJwtSvidAsync()
    {
        try
        {
            return await JwtSvidAsync() is not null;
        }
        catch (System.Security.Authentication.AuthenticationException)
        {
            return false;
        }
    }

    public Task<Answer> PostAsync(string path, params (string Name, string Value)[] form) => SendAsync(new HttpRequestMessage(HttpMethod.Post, new Uri(_mesh.Issuer.Address, path))
    {
        Content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value))),
    });

    public Task<Answer> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(_mesh.Issuer.Address, path)));

    public Task<Answer> PostJsonAsync(Uri address, string json) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json") });

    /// <summary>Exchanges this party's own JWT-SVID, or a token that it was called with.</summary>
    public Task<Answer> ExchangeAsync(string audience, string scope, string subjectToken, bool isAccessToken = false) => PostAsync("token",
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"), ("subject_token", subjectToken),
        ("subject_token_type", $"urn:ietf:params:oauth:token-type:{(isAccessToken ? "access_token" : "jwt")}"), ("audience", audience), ("scope", scope));

    /// <summary>Calls an agent. Whatever is at the address: the checks come first.</summary>
    public Task<Answer> CallAsync(string agent, string? token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_mesh.AddressOf(agent), "prices/MSFT"));
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return SendAsync(request);
    }

    public void Dispose() => _http.Dispose();

    private async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            (request.Version, request.VersionPolicy) = (new Version(2, 0), HttpVersionPolicy.RequestVersionExact);
            using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            return new((int)response.StatusCode, text.Length > 0 ? JsonNode.Parse(text) : null);
        }
    }

    private sealed class Held(X509Svid svid) : IX509SvidSource
    {
        public X509Svid GetX509Svid() => svid;
    }
}

internal sealed record Answer(int Status, JsonNode? Body)
{
    public string? this[string member] => Body is JsonObject body ? (string?)body[member] : null;

    public string Token => this["access_token"] ?? throw new InvalidOperationException($"{Status} {Body}");

    public string? Error => this["error"];

    /// <summary>Why an agent refused: the checks before its endpoints; null when they passed.</summary>
    public string? Refused => Status is 401 or 403 or 503 ? this["reason"] : null;
}
