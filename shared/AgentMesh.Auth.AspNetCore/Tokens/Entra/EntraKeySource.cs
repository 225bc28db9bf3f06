using System.Net;
using System.Text.Json;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// A tenant's signing keys, found through its metadata. The metadata must claim the very issuer it was fetched for (RFC 8414 §3.3) and lead to keys on the same
/// origin, and the keys must be that issuer's.
/// </summary>
internal sealed class EntraKeySource(EntraIssuer issuer, IHttpClientFactory http) : IIssuerKeySource
{
    public string Name => issuer.Name;

    public async Task<(ReadOnlyMemory<byte> Keys, TokenError? Error)> FetchAsync(CancellationToken cancellationToken)
    {
        using var client = http.CreateClient(EntraTokenRules.HttpClientName);
        try
        {
            var (metadata, fault) = await GetAsync(client, issuer.Metadata, cancellationToken).ConfigureAwait(false);
            if (fault is not null)
                return (default, fault);
            if (ReadKeysAddress(metadata, out var address) is { } wrong)
                return (default, new TokenError(TokenError.BadAnswer, $"The metadata at {issuer.Metadata} {wrong}."));
            return await GetAsync(client, address!, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (default, new TokenError(TokenError.Unavailable, $"{issuer.Metadata.Authority} could not be reached: {exception.Message}"));
        }
    }

    public IssuerKey? Read(JsonElement jwk)
    {
        // Where several tenants' keys stand together, each says whose it is; one that names nobody is everybody's.
        var whose = Text(jwk, "issuer")?.Replace("{tenantid}", issuer.Tenant, StringComparison.Ordinal);
        return whose is null || whose == issuer.Name || whose == issuer.CurrentName ? IssuerKeyReader.ReadRs256(jwk) : null;
    }

    private string? ReadKeysAddress(ReadOnlyMemory<byte> metadata, out Uri? address)
    {
        address = null;
        try
        {
            using var document = JsonDocument.Parse(metadata, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            if (Text(document.RootElement, "issuer") != issuer.Name)
                return $"names another issuer than {issuer.Name} (RFC 8414 section 3.3)";
            return Uri.TryCreate(Text(document.RootElement, "jwks_uri"), UriKind.Absolute, out address)
                && Uri.Compare(address, issuer.Metadata, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0 && address.UserInfo.Length == 0
                    ? null : "has a jwks_uri that is not on its own origin";
        }
        catch (JsonException)
        {
            return "is not JSON";
        }
    }

    private static async Task<(ReadOnlyMemory<byte> Json, TokenError? Error)> GetAsync(HttpClient client, Uri address, CancellationToken cancellationToken)
    {
        using var response = await client.GetAsync(address, cancellationToken).ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.OK
            ? (await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false), null)
            : (default, new TokenError(TokenError.BadAnswer, $"{address} answered with status {(int)response.StatusCode}."));
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
