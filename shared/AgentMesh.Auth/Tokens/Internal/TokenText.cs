using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace AgentMesh.Auth;

/// <summary>What a client may look at in a token: never a decision, only a check that the server gave what was asked for.</summary>
internal static class TokenText
{
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=");

    /// <summary>Whether the text is a <c>b64token</c> (RFC 6750 §2.1).</summary>
    public static bool IsHeaderSafe(ReadOnlySpan<char> token) => !token.ContainsAnyExcept(Allowed);

    /// <summary>Reads <c>exp</c>, <c>cnf.x5t#S256</c> and <c>cnf.jkt</c> without verifying anything.</summary>
    public static bool TryReadBinding(string token, out string? thumbprint, out string? proofKey, out DateTimeOffset expiresAt)
    {
        (thumbprint, proofKey, expiresAt) = (null, null, default);
        var parts = token.Split('.');
        if (parts.Length != 3)
            return false;
        try
        {
            using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]), new JsonDocumentOptions { MaxDepth = 16 });
            var claims = payload.RootElement;
            if (claims.ValueKind != JsonValueKind.Object
                || !claims.TryGetProperty("exp", out var exp) || !exp.TryGetInt64(out var seconds) || seconds is < 0 or > 253_402_300_799
                || !claims.TryGetProperty("cnf", out var cnf) || cnf.ValueKind != JsonValueKind.Object)
            {
                return false;
            }
            thumbprint = cnf.TryGetProperty("x5t#S256", out var x5t) ? x5t.GetString() : null;
            proofKey = cnf.TryGetProperty(DpopNames.Confirmation, out var jkt) ? jkt.GetString() : null;
            expiresAt = DateTimeOffset.FromUnixTimeSeconds(seconds);
            return thumbprint is not null || proofKey is not null;
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
