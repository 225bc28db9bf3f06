using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>Makes verification keys of JWKs (RFC 7517 §4, RFC 7518 §6): each reader takes keys of one algorithm and passes over all others.</summary>
internal static class IssuerKeyReader
{
    private const int SmallestModulus = 256;

    public static IssuerKey? ReadEs256(JsonElement jwk)
    {
        if (Text(jwk, "kty") != "EC" || Text(jwk, "crv") != "P-256" || !IsForSignatures(jwk, "ES256")
            || Text(jwk, "kid") is not { Length: > 0 } id || Text(jwk, "x") is not { } x || Text(jwk, "y") is not { } y)
        {
            return null;
        }
        var parameters = new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Base64Url.DecodeFromChars(x), Y = Base64Url.DecodeFromChars(y) },
        };
        try
        {
            // A point that is not on the curve is no key.
            using var probe = ECDsa.Create(parameters);
            return new Es256Key(id, parameters);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    public static IssuerKey? ReadRs256(JsonElement jwk)
    {
        if (Text(jwk, "kty") != "RSA" || !IsForSignatures(jwk, "RS256")
            || Text(jwk, "kid") is not { Length: > 0 } id || Text(jwk, "n") is not { } n || Text(jwk, "e") is not { } e)
        {
            return null;
        }
        var parameters = new RSAParameters { Modulus = Base64Url.DecodeFromChars(n), Exponent = Base64Url.DecodeFromChars(e) };
        // RFC 7518 section 3.3: 2048 bits or more.
        if (parameters.Modulus.Length < SmallestModulus)
            return null;
        try
        {
            using var probe = RSA.Create(parameters);
            return new Rs256Key(id, parameters);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static bool IsForSignatures(JsonElement jwk, string algorithm) => Text(jwk, "use") is null or "sig" && (Text(jwk, "alg") is not { } stated || stated == algorithm);

    private static string? Text(JsonElement jwk, string name) =>
        jwk.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
