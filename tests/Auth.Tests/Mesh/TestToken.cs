using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace AgentMesh.Auth.Tests;

/// <summary>An access token as the mesh's issuer writes it, changed wherever a test wants it changed.</summary>
internal sealed class TestToken
{
    public JsonObject Header { get; } = new() { ["alg"] = "ES256", ["typ"] = "at+jwt" };

    public JsonObject Claims { get; } = [];

    public static TestToken For(string issuer, string subject, string clientId, string audience, string scope, string thumbprint, DateTimeOffset now, params string[] actors)
    {
        var token = new TestToken();
        token.Claims["iss"] = issuer;
        token.Claims["sub"] = subject;
        token.Claims["client_id"] = clientId;
        token.Claims["aud"] = audience;
        token.Claims["scope"] = scope;
        token.Claims["txn"] = Guid.NewGuid().ToString("N");
        token.Claims["jti"] = Guid.NewGuid().ToString("N");
        token.Claims["iat"] = now.ToUnixTimeSeconds();
        token.Claims["exp"] = now.AddMinutes(5).ToUnixTimeSeconds();
        token.Claims["cnf"] = new JsonObject { ["x5t#S256"] = thumbprint };
        JsonObject? act = null;
        foreach (var actor in actors.Reverse())
            act = act is null ? new JsonObject { ["sub"] = actor } : new JsonObject { ["sub"] = actor, ["act"] = act };
        if (act is not null)
            token.Claims["act"] = act;
        return token;
    }

    public string Sign(TestSigningKey key)
    {
        Header["kid"] ??= key.Id;
        return SignWith(data => key.Sign(data));
    }

    public string SignWith(Func<byte[], byte[]> sign)
    {
        var signed = $"{Encode(Header.ToJsonString())}.{Encode(Claims.ToJsonString())}";
        return $"{signed}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}

/// <summary>An issuer's ES256 key.</summary>
internal sealed class TestSigningKey(string id) : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Id => id;

    public byte[] Sign(byte[] data) => _key.SignData(data, HashAlgorithmName.SHA256);

    public byte[] PublicKey() => _key.ExportSubjectPublicKeyInfo();

    public JsonObject Jwk()
    {
        var q = _key.ExportParameters(false).Q;
        return new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["use"] = "sig",
            ["alg"] = "ES256",
            ["kid"] = id,
            ["x"] = Base64Url.EncodeToString(q.X),
            ["y"] = Base64Url.EncodeToString(q.Y),
        };
    }

    public void Dispose() => _key.Dispose();
}
