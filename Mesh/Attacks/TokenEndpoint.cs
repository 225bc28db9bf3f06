using System.Net.Http.Json;
using System.Text.Json;
using AgentMesh.Spiffe;

namespace AgentMesh.Cli.Attacks;

/// <summary>RFC 8693 token exchange by hand: an attacker does not use the library that would hold it back.</summary>
internal sealed class TokenEndpoint : IDisposable
{
    private readonly HttpClient _http;
    private readonly SpiffeSource _source;
    private readonly Uri _issuer;

    public TokenEndpoint(SpiffeSource source, Uri issuer, SpiffeId authServer)
    {
        _source = source;
        _issuer = issuer;
        _http = new HttpClient(SpiffeTls.CreateHandler(source, source, Authorize.Id(authServer)));
    }

    /// <summary>Exchanges this process's own JWT-SVID for a token that is good at <paramref name="callee"/>.</summary>
    public async Task<TokenAnswer> ExchangeAsync(string callee, string scopes, CancellationToken cancellationToken)
    {
        var subject = await _source.FetchJwtSvidAsync(_issuer.AbsoluteUri, cancellationToken);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
            ["client_id"] = $"{subject.Id}",
            ["subject_token"] = subject.Token,
            ["subject_token_type"] = "urn:ietf:params:oauth:token-type:jwt",
            ["audience"] = callee,
            ["scope"] = scopes,
        });
        using var response = await _http.PostAsync(new Uri(_issuer, "token"), form, cancellationToken);
        return await TokenAnswer.ReadAsync(response, cancellationToken);
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>A token, or the error that was answered instead.</summary>
internal sealed record TokenAnswer(int Status, string? AccessToken, string? Error, string? Description)
{
    public static async Task<TokenAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        try
        {
            var body = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            return new TokenAnswer(status, Member(body, "access_token"), Member(body, "error"), Member(body, "error_description"));
        }
        catch (JsonException)
        {
            return new TokenAnswer(status, null, null, "the authorization server's answer is not JSON");
        }
    }

    private static string? Member(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) ? value.GetString() : null;

    /// <summary>Never the token.</summary>
    public override string ToString() => AccessToken is not null
        ? $"{Status}, a token was issued"
        : $"{Status} {Error}{(Description is null ? "" : $": {Description}")}";
}
