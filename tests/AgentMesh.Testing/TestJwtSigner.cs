using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AgentMesh.Spiffe;

namespace AgentMesh.Testing;

/// <summary>A JWT signing key with its id.</summary>
internal sealed class TestJwtSigner : IDisposable
{
    private readonly ECDsa? _ec;
    private readonly RSA? _rsa;
    private readonly string _algorithm;

    public TestJwtSigner(string keyId, TestKeyKind kind)
    {
        if (kind == TestKeyKind.Rsa2048)
        {
            _rsa = RSA.Create(2048);
            Authority = JwtAuthority.Create(keyId, _rsa);
            _algorithm = "RS256";
            return;
        }
        _ec = ECDsa.Create(kind == TestKeyKind.P384 ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256);
        Authority = JwtAuthority.Create(keyId, _ec);
        _algorithm = kind == TestKeyKind.P384 ? "ES384" : "ES256";
    }

    public JwtAuthority Authority { get; }

    public string Issue(SpiffeId id, string audience, DateTimeOffset now, TimeSpan lifetime, JwtShape shape)
    {
        var header = new JsonObject { ["alg"] = _algorithm, ["kid"] = Authority.KeyId, ["typ"] = "JWT" };
        var claims = new JsonObject
        {
            ["sub"] = id.ToString(),
            ["aud"] = new JsonArray(audience),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + lifetime).ToUnixTimeSeconds(),
        };
        Apply(header, shape.Header);
        Apply(claims, shape.Claims);
        var signed = $"{Encode(header)}.{Encode(claims)}";
        var signature = Sign(Encoding.ASCII.GetBytes(signed), (string?)header["alg"] ?? "");
        return $"{signed}.{Base64Url.EncodeToString(shape.Signature?.Invoke(signature) ?? signature)}";
    }

    public void Dispose()
    {
        _ec?.Dispose();
        _rsa?.Dispose();
    }

    // Signs honestly where the key can, so that a test of a wrong algorithm fails for the algorithm's sake.
    private byte[] Sign(byte[] data, string algorithm)
    {
        var hash = algorithm.EndsWith("384", StringComparison.Ordinal) ? HashAlgorithmName.SHA384
            : algorithm.EndsWith("512", StringComparison.Ordinal) ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;
        if (_ec is not null)
            return _ec.SignData(data, hash);
        var padding = algorithm.StartsWith("PS", StringComparison.Ordinal) ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        return _rsa!.SignData(data, hash, padding);
    }

    private static void Apply(JsonObject target, IReadOnlyDictionary<string, JsonNode?> changes)
    {
        foreach (var (name, value) in changes)
        {
            target.Remove(name);
            if (value is not null)
                target[name] = value.DeepClone();
        }
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
