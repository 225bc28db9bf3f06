using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace AgentMesh.Testing;

/// <summary>Makes DPoP proofs (RFC 9449 §4.2) without any code of what is tested, honest ones and others.</summary>
public sealed class TestProver : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestProver()
    {
        var q = _key.ExportParameters(includePrivateParameters: false).Q;
        (X, Y) = (Base64Url.EncodeToString(q.X), Base64Url.EncodeToString(q.Y));
        Thumbprint = Hash($$"""{"crv":"P-256","kty":"EC","x":"{{X}}","y":"{{Y}}"}""");
    }

    /// <summary>RFC 7638 §3.</summary>
    public string Thumbprint { get; }

    public string X { get; }

    public string Y { get; }

    public static string Hash(string text) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(text)));

    /// <summary>A proof, as it should be unless it is changed before it is signed.</summary>
    public string Prove(string method, string address, DateTimeOffset now, string? token = null, Action<JsonObject, JsonObject>? change = null)
    {
        var header = new JsonObject
        {
            ["typ"] = "dpop+jwt",
            ["alg"] = "ES256",
            ["jwk"] = new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = X, ["y"] = Y },
        };
        var claims = new JsonObject { ["jti"] = Guid.NewGuid().ToString("N"), ["htm"] = method, ["htu"] = address, ["iat"] = now.ToUnixTimeSeconds() };
        if (token is not null)
            claims["ath"] = Hash(token);
        change?.Invoke(header, claims);
        return Sign(header.ToJsonString(), claims.ToJsonString());
    }

    /// <summary>Signs any header and payload.</summary>
    public string Sign(string header, string payload)
    {
        var signed = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}";
        return $"{signed}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    public void Dispose() => _key.Dispose();
}
