using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using AgentMesh.WorkloadApi.Authorities;

namespace AgentMesh.WorkloadApi.Documents;

/// <summary>Writes the trust domain's public keys as JWK Sets (RFC 7517), in the three forms that different readers want.</summary>
internal static class JwkWriter
{
    /// <summary>Keys for SPIFFE's own verifiers: <c>use</c> is <c>jwt-svid</c> (Trust Domain and Bundle §4.2.2).</summary>
    public static byte[] JwtBundle(IEnumerable<JwtAuthority> authorities) => Write(json => WriteJwtKeys(json, authorities, "jwt-svid"));

    /// <summary>Keys for OpenID Connect's verifiers, which ignore a key whose <c>use</c> is not <c>sig</c>.</summary>
    public static byte[] OpenIdKeys(IEnumerable<JwtAuthority> authorities) => Write(json => WriteJwtKeys(json, authorities, "sig"));

    /// <summary>The SPIFFE bundle document (Trust Domain and Bundle §4): both kinds of authority, sequence and refresh hint.</summary>
    public static byte[] SpiffeBundle(
        IEnumerable<X509Authority> x509Authorities, IEnumerable<JwtAuthority> jwtAuthorities, ulong sequence, TimeSpan refreshHint) =>
        Write(json =>
        {
            json.WriteNumber("spiffe_sequence"u8, sequence);
            json.WriteNumber("spiffe_refresh_hint"u8, (long)refreshHint.TotalSeconds);
            json.WriteStartArray("keys"u8);
            foreach (var authority in x509Authorities)
                WriteX509Authority(json, authority);
            foreach (var authority in jwtAuthorities)
                WriteJwtKey(json, authority, "jwt-svid");
            json.WriteEndArray();
        });

    private static byte[] Write(Action<Utf8JsonWriter> body)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            body(json);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteJwtKeys(Utf8JsonWriter json, IEnumerable<JwtAuthority> authorities, string use)
    {
        json.WriteStartArray("keys"u8);
        foreach (var authority in authorities)
            WriteJwtKey(json, authority, use);
        json.WriteEndArray();
    }

    private static void WriteJwtKey(Utf8JsonWriter json, JwtAuthority authority, string use)
    {
        json.WriteStartObject();
        WriteP256(json, authority.PublicKey, use);
        json.WriteString("kid"u8, authority.KeyId);
        json.WriteString("alg"u8, "ES256"u8);
        json.WriteEndObject();
    }

    private static void WriteX509Authority(Utf8JsonWriter json, X509Authority authority)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(authority.Certificate);
        using var key = certificate.GetECDsaPublicKey()!;
        json.WriteStartObject();
        WriteP256(json, key.ExportParameters(includePrivateParameters: false), "x509-svid");
        json.WriteStartArray("x5c"u8);
        json.WriteBase64StringValue(authority.Certificate);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteP256(Utf8JsonWriter json, ECParameters key, string use)
    {
        json.WriteString("use"u8, use);
        json.WriteString("kty"u8, "EC"u8);
        json.WriteString("crv"u8, "P-256"u8);
        json.WriteString("x"u8, Base64Url.EncodeToString(key.Q.X!));
        json.WriteString("y"u8, Base64Url.EncodeToString(key.Q.Y!));
    }
}
