using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentMesh.Auth;

/// <summary>What a client needs of an authorization server's metadata (RFC 8414 §2).</summary>
internal sealed record ServerMetadata(Uri TokenEndpoint, Uri KeysEndpoint, Uri? BackchannelEndpoint)
{
    /// <summary>Where an issuer publishes its metadata (RFC 8414 §3.1).</summary>
    public static Uri AddressOf(Uri issuer) =>
        new(issuer, "/.well-known/oauth-authorization-server" + issuer.AbsolutePath.TrimEnd('/'));

    /// <summary>Reads metadata that was fetched from <paramref name="issuer"/>'s address.</summary>
    /// <param name="json">The document.</param>
    /// <param name="issuer">The configured issuer. The document must claim no other (RFC 8414 §3.3), nor point away from its origin.</param>
    /// <param name="error">What is wrong with the document.</param>
    public static ServerMetadata? Read(ReadOnlySpan<byte> json, Uri issuer, out string? error)
    {
        MetadataDocument? document;
        try
        {
            document = JsonSerializer.Deserialize(json, ExchangeJson.Default.MetadataDocument);
        }
        catch (JsonException exception)
        {
            error = $"is not JSON as RFC 8414 defines it ({exception.Message})";
            return null;
        }

        if (!string.Equals(document?.Issuer, issuer.OriginalString, StringComparison.Ordinal))
        {
            error = $"names the issuer \"{Shown(document?.Issuer)}\", not \"{issuer.OriginalString}\" (RFC 8414 section 3.3)";
            return null;
        }
        if (!IsOnOrigin(document!.TokenEndpoint, issuer, out var tokenEndpoint))
        {
            error = $"has the token_endpoint \"{Shown(document.TokenEndpoint)}\", which is not on the issuer's origin";
            return null;
        }
        if (!IsOnOrigin(document.JwksUri, issuer, out var keysEndpoint))
        {
            error = $"has the jwks_uri \"{Shown(document.JwksUri)}\", which is not on the issuer's origin";
            return null;
        }
        Uri? backchannelEndpoint = null;
        if (document.BackchannelEndpoint is not null && !IsOnOrigin(document.BackchannelEndpoint, issuer, out backchannelEndpoint))
        {
            error = $"has the backchannel_authentication_endpoint \"{Shown(document.BackchannelEndpoint)}\", which is not on the issuer's origin";
            return null;
        }
        error = null;
        return new ServerMetadata(tokenEndpoint!, keysEndpoint!, backchannelEndpoint);
    }

    private static bool IsOnOrigin(string? value, Uri issuer, out Uri? endpoint) =>
        Uri.TryCreate(value, UriKind.Absolute, out endpoint)
        && Uri.Compare(endpoint, issuer, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0
        && endpoint.UserInfo.Length == 0 && endpoint.Fragment.Length == 0;

    // A hostile document must not fill the log.
    private static string Shown(string? value) => value is null ? "" : value.Length <= 200 ? value : value[..200] + "…";

    internal sealed record MetadataDocument(
        [property: JsonPropertyName("issuer")] string? Issuer,
        [property: JsonPropertyName("token_endpoint")] string? TokenEndpoint,
        [property: JsonPropertyName("jwks_uri")] string? JwksUri,
        [property: JsonPropertyName("backchannel_authentication_endpoint")] string? BackchannelEndpoint);
}
