using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AgentMesh.Auth;

/// <summary>A private key of this process, in memory only, that proofs are made with and tokens are bound to (RFC 9449 §4).</summary>
[DebuggerDisplay("[redacted]")]
internal sealed class ProofKey
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly Es256 _key;
    private readonly string _header;

    private ProofKey(ECDsa key)
    {
        var parameters = key.ExportParameters(includePrivateParameters: true);
        _key = new Es256(parameters, key);
        var (x, y) = (parameters.Q.X!, parameters.Q.Y!);
        Thumbprint = ProofPublicKey.ThumbprintOf(x, y);
        _header = Base64Url.EncodeToString(Encoding.ASCII.GetBytes(
            $$$"""{"typ":"{{{DpopNames.ProofType}}}","alg":"{{{DpopNames.Algorithm}}}","jwk":{"kty":"EC","crv":"P-256","x":"{{{Base64Url.EncodeToString(x)}}}","y":"{{{Base64Url.EncodeToString(y)}}}"}}"""));
    }

    /// <summary>What <c>cnf.jkt</c> of a token bound to this key holds.</summary>
    public string Thumbprint { get; }

    public static ProofKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>A proof for exactly one request (RFC 9449 §4.2).</summary>
    /// <param name="method">The request's method.</param>
    /// <param name="address">The request's address; query and fragment are left out.</param>
    /// <param name="now">The time.</param>
    /// <param name="tokenHash"><c>ath</c>, where a token goes along.</param>
    public string Prove(string method, Uri address, DateTimeOffset now, string? tokenHash = null)
    {
        var payload = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(payload, Json))
        {
            Span<byte> random = stackalloc byte[16];
            RandomNumberGenerator.Fill(random);
            json.WriteStartObject();
            json.WriteString("jti"u8, Base64Url.EncodeToString(random));
            json.WriteString("htm"u8, method);
            json.WriteString("htu"u8, address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped));
            json.WriteNumber("iat"u8, now.ToUnixTimeSeconds());
            if (tokenHash is not null)
                json.WriteString("ath"u8, tokenHash);
            json.WriteEndObject();
        }
        var signed = $"{_header}.{Base64Url.EncodeToString(payload.WrittenSpan)}";
        return $"{signed}.{Base64Url.EncodeToString(_key.Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    public override string ToString() => "[redacted]";
}
