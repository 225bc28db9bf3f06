using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AgentMesh.Spiffe;

namespace AgentMesh.Benchmarks.Exchange;

/// <summary>A party with one SVID, to which its tokens are bound, and one HTTP/2 connection to each server.</summary>
internal sealed class RevocationParty : IDisposable
{
    private const string TokenTypes = "urn:ietf:params:oauth:token-type:";

    private readonly ExchangeServer _server;
    private readonly SpiffeId _id;
    private readonly HttpClient _http;

    public RevocationParty(ExchangeServer server, string spiffeId)
    {
        (_server, _id) = (server, SpiffeId.Parse(spiffeId));
        var identity = server.Authority.Source(_id);
        _http = new HttpClient(SpiffeTls.CreateHandler(identity, identity, Authorize.MemberOf(server.Authority.TrustDomain)))
        {
            BaseAddress = server.Address,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    /// <summary>A token for a callee: on behalf of the request that a subject token stands for, or on its own.</summary>
    public async Task<string> ExchangeAsync(int callee, string? subject = null)
    {
        using var form = new FormUrlEncodedContent(
        [
            KeyValuePair.Create("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            KeyValuePair.Create("subject_token", subject ?? _server.Authority.IssueJwt(_id, _server.Address.AbsoluteUri)),
            KeyValuePair.Create("subject_token_type", TokenTypes + (subject is null ? "jwt" : "access_token")),
            KeyValuePair.Create("audience", $"a{callee}"),
            KeyValuePair.Create("scope", "work"),
        ]);
        using var response = await _http.PostAsync(new Uri("token", UriKind.Relative), form);
        var answer = await response.Content.ReadFromJsonAsync<JsonObject>();
        return (string?)answer!["access_token"] ?? throw new InvalidOperationException($"{(int)response.StatusCode} {answer}");
    }

    public async Task PostAsync(string path)
    {
        using var response = await _http.PostAsync(new Uri(path, UriKind.Relative), content: null);
        response.EnsureSuccessStatusCode();
    }

    /// <returns>Null: served; else why not.</returns>
    public async Task<string?> CallAsync(RevocationCallee callee, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, callee.Work) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await _http.SendAsync(request);
        return response.StatusCode == HttpStatusCode.OK ? null : (string?)(await response.Content.ReadFromJsonAsync<JsonObject>())!["reason"];
    }

    public void Dispose() => _http.Dispose();
}
