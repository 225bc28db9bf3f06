using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AgentMesh.Spiffe;

namespace AgentMesh.WorkloadApi.Authorities;

/// <summary>A key of the trust domain that signs JWT-SVIDs with ES256 (JWT-SVID §2, §3).</summary>
internal sealed class JwtSigningAuthority : IAuthority
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Lock _signing = new();
    private readonly string _header;

    public JwtSigningAuthority(DateTimeOffset now, TimeSpan lifetime)
    {
        CreatedAt = now;
        NotAfter = now + lifetime;
        var keyId = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        Verifier = JwtAuthority.Create(keyId, _key);
        _header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"alg":"ES256","kid":"{{keyId}}","typ":"JWT"}"""));
    }

    public DateTimeOffset CreatedAt { get; }

    public DateTimeOffset NotAfter { get; }

    /// <summary>Its public half.</summary>
    public JwtAuthority Verifier { get; }

    /// <summary>Signs a JWT-SVID. Safe to call from several threads.</summary>
    public string Issue(SpiffeId subject, IReadOnlyList<string> audience, string issuer, DateTimeOffset now, TimeSpan lifetime)
    {
        var expires = now + lifetime;
        if (expires > NotAfter)
            expires = NotAfter;
        var payload = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(payload))
        {
            json.WriteStartObject();
            json.WriteString("sub"u8, subject.ToString());
            json.WriteStartArray("aud"u8);
            foreach (var one in audience)
                json.WriteStringValue(one);
            json.WriteEndArray();
            json.WriteString("iss"u8, issuer);
            json.WriteNumber("iat"u8, now.ToUnixTimeSeconds());
            json.WriteNumber("exp"u8, expires.ToUnixTimeSeconds());
            json.WriteString("jti"u8, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)));
            json.WriteEndObject();
        }
        var signed = $"{_header}.{Base64Url.EncodeToString(payload.WrittenSpan)}";
        byte[] signature;
        lock (_signing)
            signature = _key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    public void Dispose() => _key.Dispose();
}
