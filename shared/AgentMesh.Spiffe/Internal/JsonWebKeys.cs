using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace AgentMesh.Spiffe.Internal;

/// <summary>JWK Sets (RFC 7517) as SPIFFE uses them. An entry that cannot be used is skipped, whatever is wrong with it.</summary>
internal static class JsonWebKeys
{
    public const string JwtUse = "jwt-svid";
    public const string X509Use = "x509-svid";

    // Members that come twice are judged one object at a time, so that one odd key does not lose the document.
    private static readonly JsonDocumentOptions Limits = new() { MaxDepth = 32, AllowDuplicateProperties = true };

    /// <summary>The document; the caller disposes it.</summary>
    /// <exception cref="FormatException">Not a JSON object with an array <c>keys</c>, too deep, or a member is there twice.</exception>
    public static JsonDocument ParseSet(ReadOnlyMemory<byte> json)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, Limits);
        }
        catch (JsonException e)
        {
            throw new FormatException($"The bundle is not JSON that can be used (line {e.LineNumber + 1}, byte {e.BytePositionInLine}).", e);
        }
        if (IsUnambiguousObject(document.RootElement)
            && document.RootElement.TryGetProperty("keys", out var keys) && keys.ValueKind == JsonValueKind.Array)
            return document;
        document.Dispose();
        throw new FormatException("The bundle is not an object with one array 'keys'. (An empty array means: trust nothing.)");
    }

    /// <summary>The entries that are objects and say nothing twice.</summary>
    public static IEnumerable<JsonElement> Entries(JsonDocument document) =>
        document.RootElement.GetProperty("keys").EnumerateArray().Where(IsUnambiguousObject);

    private static bool IsUnambiguousObject(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return false;
        var names = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            foreach (var member in value.EnumerateObject())
            {
                if (!names.Add(member.Name))
                    return false;
            }
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    public static string? String(JsonElement key, string name) =>
        key.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? TryGetString(value) : null;

    /// <summary>The JWT authority of an entry; null when it has no id, another kind of key or a broken one.</summary>
    public static JwtAuthority? ReadJwtAuthority(JsonElement key)
    {
        if (String(key, "kid") is not { Length: > 0 } keyId)
            return null;
        try
        {
            return String(key, "kty") switch
            {
                "EC" when JoseAlgorithm.Curve(String(key, "crv")) is { } curve => JwtAuthority.Create(
                    keyId, new ECParameters { Curve = curve, Q = new ECPoint { X = Bytes(key, "x"), Y = Bytes(key, "y") } }),
                "RSA" => JwtAuthority.Create(keyId, new RSAParameters { Modulus = Bytes(key, "n"), Exponent = Bytes(key, "e") }),
                _ => null,
            };
        }
        catch (Exception e) when (e is CryptographicException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The X.509 authority of an entry: the first certificate of <c>x5c</c> (X509-SVID §6.2); null when there is none that can be read.</summary>
    public static X509Certificate2? ReadX509Authority(JsonElement key)
    {
        if (String(key, "kty") is null || !key.TryGetProperty("x5c", out var chain) || chain.ValueKind != JsonValueKind.Array || chain.GetArrayLength() == 0)
            return null;
        try
        {
            return chain[0].ValueKind == JsonValueKind.String && chain[0].TryGetBytesFromBase64(out var der)
                ? X509CertificateLoader.LoadCertificate(der) : null;
        }
        catch (Exception e) when (e is CryptographicException or InvalidOperationException)
        {
            return null;
        }
    }

    public static void WriteEc(Utf8JsonWriter json, string curve, byte[] x, byte[] y)
    {
        json.WriteString("kty", "EC");
        json.WriteString("crv", curve);
        json.WriteString("x", Base64Url.EncodeToString(x));
        json.WriteString("y", Base64Url.EncodeToString(y));
    }

    public static void WriteRsa(Utf8JsonWriter json, byte[] modulus, byte[] exponent)
    {
        json.WriteString("kty", "RSA");
        json.WriteString("n", Base64Url.EncodeToString(modulus));
        json.WriteString("e", Base64Url.EncodeToString(exponent));
    }

    /// <summary>An entry for a signing certificate: one certificate in <c>x5c</c>, no <c>kid</c> (X509-SVID §6.1).</summary>
    public static void WriteX509(Utf8JsonWriter json, X509Certificate2 certificate)
    {
        json.WriteStartObject();
        if (certificate.GetECDsaPublicKey() is { } ec)
        {
            using (ec)
            {
                var parameters = ec.ExportParameters(includePrivateParameters: false);
                WriteEc(json, JoseAlgorithm.CurveName(parameters.Curve) ?? parameters.Curve.Oid.FriendlyName ?? "", parameters.Q.X!, parameters.Q.Y!);
            }
        }
        else if (certificate.GetRSAPublicKey() is { } rsa)
        {
            using (rsa)
            {
                var parameters = rsa.ExportParameters(includePrivateParameters: false);
                WriteRsa(json, parameters.Modulus!, parameters.Exponent!);
            }
        }
        else
        {
            throw new NotSupportedException("A bundle document describes EC and RSA authorities only.");
        }
        json.WriteString("use", X509Use);
        json.WriteStartArray("x5c");
        json.WriteBase64StringValue(certificate.RawDataMemory.Span);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static byte[] Bytes(JsonElement key, string name) =>
        Base64Url.DecodeFromChars(String(key, name) ?? throw new FormatException($"The key has no '{name}'."));

    // A string with a lone surrogate is valid JSON text and no valid string.
    private static string? TryGetString(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
