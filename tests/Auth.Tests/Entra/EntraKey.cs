using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace AgentMesh.Auth.Tests.Entra;

/// <summary>One of Entra's signing keys: RSA, named by the hash of a certificate. Keys are made once for all tests, for they take long.</summary>
internal sealed class EntraKey(int number)
{
    private static readonly ConcurrentDictionary<int, Lazy<RSA>> Made = new();
    private readonly RSA _rsa = Made.GetOrAdd(number, static _ => new Lazy<RSA>(static () => RSA.Create(2048))).Value;

    public string Id { get; } = Base64Url.EncodeToString(SHA256.HashData(BitConverter.GetBytes(number)).AsSpan(0, 20));

    public JsonObject Jwk(string? issuer)
    {
        var parameters = _rsa.ExportParameters(false);
        var jwk = new JsonObject
        {
            ["kty"] = "RSA",
            ["use"] = "sig",
            ["kid"] = Id,
            ["x5t"] = Id,
            ["n"] = Base64Url.EncodeToString(parameters.Modulus),
            ["e"] = Base64Url.EncodeToString(parameters.Exponent),
        };
        if (issuer is not null)
            jwk["issuer"] = issuer;
        return jwk;
    }

    public byte[] PublicKey() => _rsa.ExportSubjectPublicKeyInfo();

    public byte[] Sign(byte[] data) => _rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
}

/// <summary>A token as Entra writes it, changed wherever a test wants it changed.</summary>
internal sealed class EntraToken
{
    public JsonObject Header { get; } = new() { ["typ"] = "JWT", ["alg"] = "RS256" };

    public JsonObject Claims { get; init; } = [];

    public string Sign(EntraKey key, Func<byte[], byte[]>? sign = null)
    {
        Header["kid"] ??= key.Id;
        Header["x5t"] ??= key.Id;
        var signed = $"{Encode(Header)}.{Encode(Claims)}";
        return $"{signed}.{Base64Url.EncodeToString((sign ?? key.Sign)(Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
