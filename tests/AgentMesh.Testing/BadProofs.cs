using System.Text.Json.Nodes;

namespace AgentMesh.Testing;

/// <summary>DPoP proofs as attackers, or mistaken clients, make them: each with the code it is refused with.</summary>
public static class BadProofs
{
    private static readonly Dictionary<string, (string Reason, Action<JsonObject, JsonObject> Change)> Changes = new()
    {
        ["type of another token"] = ("dpop_proof_type", (h, _) => h["typ"] = "at+jwt"),
        ["no type"] = ("dpop_proof_type", (h, _) => h.Remove("typ")),
        ["no algorithm"] = ("dpop_proof_algorithm", (h, _) => h.Remove("alg")),
        ["none"] = ("dpop_proof_algorithm", (h, _) => h["alg"] = "none"),
        ["symmetric"] = ("dpop_proof_algorithm", (h, _) => h["alg"] = "HS256"),
        ["another asymmetric algorithm"] = ("dpop_proof_algorithm", (h, _) => h["alg"] = "RS256"),
        ["critical extension"] = ("dpop_proof_header", (h, _) => h["crit"] = new JsonArray("exp")),
        ["key id"] = ("dpop_proof_header", (h, _) => h["kid"] = "../../dev/null"),
        ["key by address"] = ("dpop_proof_header", (h, _) => h["jku"] = "https://attacker.test/jwks"),
        ["certificate by address"] = ("dpop_proof_header", (h, _) => h["x5u"] = "https://attacker.test/chain"),
        ["certificate"] = ("dpop_proof_header", (h, _) => h["x5c"] = new JsonArray("AAAA")),
        ["no key"] = ("dpop_proof_key", (h, _) => h.Remove("jwk")),
        ["private key"] = ("dpop_proof_key", (h, _) => h["jwk"]!["d"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ["symmetric key"] = ("dpop_proof_key", (h, _) => h["jwk"] = new JsonObject { ["kty"] = "oct", ["k"] = "AAAA" }),
        ["RSA key"] = ("dpop_proof_key", (h, _) => h["jwk"] = new JsonObject { ["kty"] = "RSA", ["n"] = "AAAA", ["e"] = "AQAB" }),
        ["another curve"] = ("dpop_proof_key", (h, _) => h["jwk"]!["crv"] = "P-384"),
        ["point off the curve"] = ("dpop_proof_key", (h, _) => h["jwk"]!["y"] = (string?)h["jwk"]!["x"]),
        ["short coordinate"] = ("dpop_proof_key", (h, _) => h["jwk"]!["x"] = "AAAA"),
        ["key for encryption"] = ("dpop_proof_key", (h, _) => h["jwk"]!["use"] = "enc"),
        ["key that is text"] = ("dpop_proof_key", (h, _) => h["jwk"] = "key"),
        ["no jti"] = ("dpop_proof_malformed", (_, c) => c.Remove("jti")),
        ["empty jti"] = ("dpop_proof_malformed", (_, c) => c["jti"] = ""),
        ["jti of 129 characters"] = ("dpop_proof_malformed", (_, c) => c["jti"] = new string('j', 129)),
        ["jti that is a number"] = ("dpop_proof_malformed", (_, c) => c["jti"] = 1),
        ["no htm"] = ("dpop_proof_malformed", (_, c) => c.Remove("htm")),
        ["no htu"] = ("dpop_proof_malformed", (_, c) => c.Remove("htu")),
        ["no iat"] = ("dpop_proof_malformed", (_, c) => c.Remove("iat")),
        ["iat that is text"] = ("dpop_proof_malformed", (_, c) => c["iat"] = "now"),
        ["iat beyond time"] = ("dpop_proof_malformed", (_, c) => c["iat"] = 1e300),
        ["another method"] = ("dpop_proof_method", (_, c) => c["htm"] = "GET"),
        ["method in small letters"] = ("dpop_proof_method", (_, c) => c["htm"] = "post"),
        ["another host"] = ("dpop_proof_address", (_, c) => c["htu"] = With(c, static a => a.Host = "attacker.test")),
        ["another port"] = ("dpop_proof_address", (_, c) => c["htu"] = With(c, static a => a.Port = 1)),
        ["another path"] = ("dpop_proof_address", (_, c) => c["htu"] = With(c, static a => a.Path += "/x")),
        ["plain http"] = ("dpop_proof_address", (_, c) => c["htu"] = With(c, static a => a.Scheme = "http")),
        ["user in the address"] = ("dpop_proof_address", (_, c) => c["htu"] = With(c, static a => a.UserName = "me")),
        ["relative address"] = ("dpop_proof_address", (_, c) => c["htu"] = "/token"),
        ["a minute and a second old"] = ("dpop_proof_time", (_, c) => c["iat"] = (long)c["iat"]! - 61),
        ["two minutes ahead"] = ("dpop_proof_time", (_, c) => c["iat"] = (long)c["iat"]! + 120),
    };

    /// <summary>Names of all kinds.</summary>
    public static IEnumerable<string> Kinds => [.. Changes.Keys, "no text", "not a token", "two parts", "four parts", "no signature", "foreign signature", "white space", "longer than 4096", "member twice", "claim twice", "text after the claims", "array of claims"];

    /// <summary>A bad proof, and the code it is refused with.</summary>
    public static (string Proof, string Reason) Of(string kind, TestProver prover, string method, string address, DateTimeOffset now, string? token = null)
    {
        if (Changes.TryGetValue(kind, out var known))
            return (prover.Prove(method, address, now, token, known.Change), known.Reason);
        var honest = prover.Prove(method, address, now, token);
        var parts = honest.Split('.');
        return kind switch
        {
            "no text" => ("", "dpop_proof_malformed"),
            "not a token" => ("proof", "dpop_proof_malformed"),
            "two parts" => ($"{parts[0]}.{parts[1]}", "dpop_proof_malformed"),
            "four parts" => ($"{honest}.{parts[2]}", "dpop_proof_malformed"),
            "no signature" => ($"{parts[0]}.{parts[1]}.", "dpop_proof_malformed"),
            "foreign signature" => ($"{parts[0]}.{parts[1]}.{SignatureOfAnother(method, address, now)}", "dpop_proof_signature"),
            "white space" => ($"{parts[0]}. {parts[1]}.{parts[2]}", "dpop_proof_malformed"),
            "longer than 4096" => (prover.Prove(method, address, now, token, (_, c) => c["filler"] = new string('x', 4096)), "dpop_proof_malformed"),
            "member twice" => (prover.Sign($$$"""{"typ":"dpop+jwt","alg":"none","alg":"ES256","jwk":{"kty":"EC","crv":"P-256","x":"{{{prover.X}}}","y":"{{{prover.Y}}}"}}""", "{}"), "dpop_proof_header"),
            "claim twice" => (Sign(prover, claims => claims[..^1] + ",\"htm\":\"GET\"}"), "dpop_proof_malformed"),
            "text after the claims" => (Sign(prover, claims => claims + "{}"), "dpop_proof_malformed"),
            "array of claims" => (Sign(prover, claims => $"[{claims}]"), "dpop_proof_malformed"),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };

        string Sign(TestProver by, Func<string, string> change) => by.Sign(
            $$$"""{"typ":"dpop+jwt","alg":"ES256","jwk":{"kty":"EC","crv":"P-256","x":"{{{by.X}}}","y":"{{{by.Y}}}"}}""",
            change($$"""{"jti":"a","htm":"{{method}}","htu":"{{address}}","iat":{{now.ToUnixTimeSeconds()}}}"""));
    }

    private static string SignatureOfAnother(string method, string address, DateTimeOffset now)
    {
        using var another = new TestProver();
        return another.Prove(method, address, now).Split('.')[2];
    }

    private static string With(JsonObject claims, Action<UriBuilder> change)
    {
        var address = new UriBuilder((string)claims["htu"]!);
        change(address);
        return address.Uri.AbsoluteUri;
    }
}
