using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AgentMesh.AuthServer.Keys;
using AgentMesh.AuthServer.Tokens;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.AuthServer.Tests.Fixtures;

/// <summary>Access tokens as attackers make them (RFC 8725 §2).</summary>
internal static class Forgery
{
    public static IReadOnlyList<string> Kinds { get; } =
        ["none", "hs256", "foreign key", "embedded jwk", "jku", "crit", "path in kid", "other typ", "no typ", "changed claims", "no signature", "long signature", "whitespace", "two parts", "nested", "duplicate alg", "deep json"];

    public static string Of(string kind, string genuine)
    {
        var parts = genuine.Split('.');
        var header = Jwt.Header(genuine);
        switch (kind)
        {
            case "none": return $"{Encode("""{"alg":"none","typ":"at+jwt"}""")}.{parts[1]}.";
            case "hs256": return Hmac(header, parts[1]);
            case "foreign key": return Resign(header, parts[1]);
            case "embedded jwk": header["jwk"] = new JsonObject { ["kty"] = "EC" }; return Resign(header, parts[1]);
            case "jku": header["jku"] = "https://attacker.test/jwks"; return Resign(header, parts[1]);
            case "crit": header["crit"] = new JsonArray("x"); return Resign(header, parts[1]);
            case "path in kid": header["kid"] = "../../../../dev/null"; return Resign(header, parts[1]);
            case "other typ": header["typ"] = "JWT"; return Resign(header, parts[1]);
            case "no typ": header.Remove("typ"); return Resign(header, parts[1]);
            case "changed claims":
                var claims = Jwt.Payload(genuine);
                claims["scope"] = "portfolio.advise risk.score";
                return $"{parts[0]}.{Encode(claims.ToJsonString())}.{parts[2]}";
            case "no signature": return $"{parts[0]}.{parts[1]}.";
            case "long signature": return genuine + "AAAA";
            case "whitespace": return $"{parts[0]}.{parts[1]}. {parts[2]}";
            case "two parts": return $"{parts[0]}.{parts[1]}";
            case "nested": return $"{genuine}.{genuine}";
            case "duplicate alg": return $"{Encode($$"""{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"{{header["kid"]}}"}""")}.{parts[1]}.{parts[2]}";
            case "deep json": return $"{Encode("{\"kid\":" + new string('[', 200) + new string(']', 200) + "}")}.{parts[1]}.{parts[2]}";
            default: throw new ArgumentOutOfRangeException(nameof(kind));
        }
    }

    /// <summary>A token whose signature is right but whose claims the server would not have written.</summary>
    public static string SignedByTheServer(RunningServer server, Action<JsonObject> change)
    {
        var claims = Jwt.Payload(server.AdviceToken());
        change(claims);
        var key = server.Services.GetRequiredService<KeyRing>().Current;
        return server.Services.GetRequiredService<AccessTokenWriter>().Sign(key, "at+jwt", Encoding.UTF8.GetBytes(claims.ToJsonString()));
    }

    private static string Resign(JsonObject header, string payload)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signed = $"{Encode(header.ToJsonString())}.{payload}";
        return $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    private static string Hmac(JsonObject header, string payload)
    {
        header["alg"] = "HS256";
        var signed = $"{Encode(header.ToJsonString())}.{payload}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.ASCII.GetBytes((string)header["kid"]!), Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
