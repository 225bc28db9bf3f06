using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AgentMesh.Attacks.Tests.Mesh;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Tokens;

/// <summary>What is not written, signed, addressed and dated as this issuer does it is no access token (RFC 8725 §3, RFC 9068 §4).</summary>
[Collection(nameof(AttackMesh))]
public sealed class ForgedTokenTests(AttackMesh mesh)
{
    [Theory, Threat("T10")]
    [InlineData("""{"alg":"none"}""", "token_algorithm")]
    [InlineData("""{"alg":"None"}""", "token_algorithm")]
    [InlineData("""{"alg":"ES384"}""", "token_algorithm")]
    [InlineData("""{"crit":["exp"]}""", "token_header")]
    [InlineData("""{"b64":false,"crit":["b64"]}""", "token_header")]
    [InlineData("""{"jku":"https://evil.example/jwks"}""", "token_header")]
    [InlineData("""{"x5u":"https://evil.example/cert"}""", "token_header")]
    [InlineData("""{"x5c":["AA"]}""", "token_header")]
    [InlineData("""{"jwk":{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}}""", "token_header")]
    [InlineData("""{"kid":"../../../../dev/null"}""", "token_key_unknown")]
    [InlineData("""{"kid":"' OR 1=1 --"}""", "token_key_unknown")]
    [InlineData("""{"kid":""}""", "token_key_unknown")]
    public async Task A_header_that_says_how_to_verify_is_refused_though_the_signature_is_genuine(string members, string reason)
    {
        using var advisor = mesh.Workload("advisor");
        var token = mesh.Issuer.Resign(await mesh.ScoreTokenAsync(advisor), header: h =>
        {
            foreach (var (name, value) in JsonNode.Parse(members)!.AsObject())
                h[name] = value?.DeepClone();
        });

        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, token), 401, reason);
        await mesh.AssertHonestCallPassesAsync(advisor);
    }

    [Fact, Threat("T10")]
    public async Task A_token_without_a_signature_is_refused()
    {
        using var advisor = mesh.Workload("advisor");
        var genuine = await mesh.ScoreTokenAsync(advisor);
        var none = Jwt.Change(genuine, h => h["alg"] = "none", null, static _ => []);

        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, none), 401, "token_malformed");
        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, genuine[..genuine.LastIndexOf('.')] + ".AAAA"), 401, "token_signature");
        Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, genuine));
    }

    [Fact, Threat("T10")]
    public async Task The_public_key_is_no_HMAC_secret()
    {
        using var advisor = mesh.Workload("advisor");
        var forged = Jwt.Change(await mesh.ScoreTokenAsync(advisor), h => h["alg"] = "HS256", null, data => HMACSHA256.HashData(mesh.Issuer.PublicKey(), data));

        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, forged), 401, "token_algorithm");
        await mesh.AssertHonestCallPassesAsync(advisor);
    }

    [Theory, Threat("T10")]
    [InlineData("none")]
    [InlineData("HS256")]
    [InlineData("jku")]
    [InlineData("jwk")]
    [InlineData("crit")]
    [InlineData("kid")]
    public async Task The_authorization_server_takes_no_such_token_as_subject_either(string kind)
    {
        using var advisor = mesh.Workload("advisor");
        var genuine = await mesh.AdviceTokenAsync();
        var forged = kind switch
        {
            "none" => Jwt.Change(genuine, h => h["alg"] = "none", null, static _ => []),
            "HS256" => Jwt.Change(genuine, h => h["alg"] = "HS256", null, data => HMACSHA256.HashData(mesh.Issuer.PublicKey(), data)),
            "jku" => mesh.Issuer.Resign(genuine, header: h => h["jku"] = "https://evil.example/jwks"),
            "jwk" => mesh.Issuer.Resign(genuine, header: h => h["jwk"] = new JsonObject { ["kty"] = "EC" }),
            "crit" => mesh.Issuer.Resign(genuine, header: h => h["crit"] = new JsonArray("exp")),
            _ => mesh.Issuer.Resign(genuine, header: h => h["kid"] = "../../../../dev/null"),
        };

        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(forged, "risk-analyst", "risk.score"), 400, "invalid_request", "subject_token_invalid");
        Allowed.By(mesh.Issuer, await advisor.ExchangeAsync(genuine, "risk-analyst", "risk.score"));
    }

    [Theory, Threat("T11")]
    [InlineData("JWT")]
    [InlineData("id_token")]
    [InlineData("txntoken+jwt")]
    [InlineData("secevent+jwt")]
    [InlineData("wit+jwt")]
    public async Task A_token_of_another_type_is_no_access_token(string type)
    {
        using var advisor = mesh.Workload("advisor");
        var genuine = await mesh.ScoreTokenAsync(advisor);

        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, mesh.Issuer.Resign(genuine, header: h => h["typ"] = type)), 401, "token_type");
        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, mesh.Issuer.Resign(genuine, header: h => h.Remove("typ"))), 401, "token_type");
        Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, genuine));
    }

    [Fact, Threat("T11")]
    public async Task A_JWT_SVID_is_no_access_token()
    {
        using var advisor = mesh.Workload("advisor");

        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, advisor.JwtSvid(AttackManifest.IdOf("risk-analyst"))), 401, "token_type");
        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(advisor.JwtSvid(), "risk-analyst", "risk.score"), 400, "invalid_request", "subject_token_invalid");
        await mesh.AssertHonestCallPassesAsync(advisor);
    }

    [Fact, Threat("T12")]
    public async Task A_token_of_another_issuer_with_the_same_key_id_is_refused()
    {
        using var advisor = mesh.Workload("advisor");
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var genuine = await mesh.ScoreTokenAsync(advisor);
        var forged = Jwt.Change(genuine, null, null, data => foreign.SignData(data, HashAlgorithmName.SHA256));

        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, forged), 401, "token_signature");
        Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, genuine));
    }

    [Theory, Threat("T12")]
    [InlineData("iss", "https://evil.example/", "token_issuer")]
    [InlineData("iss", null, "token_issuer")]
    [InlineData("aud", null, "token_audience")]
    [InlineData("exp", null, "token_malformed")]
    [InlineData("iat", null, "token_malformed")]
    [InlineData("jti", null, "token_malformed")]
    [InlineData("sub", null, "token_malformed")]
    [InlineData("client_id", null, "token_malformed")]
    public async Task A_wrong_or_missing_claim_is_refused_though_the_signature_is_genuine(string claim, string? value, string reason)
    {
        using var advisor = mesh.Workload("advisor");
        var token = mesh.Issuer.Resign(await mesh.ScoreTokenAsync(advisor), c =>
        {
            c.Remove(claim);
            if (value is not null)
                c[claim] = value;
        });

        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, token), 401, reason);
        await mesh.AssertHonestCallPassesAsync(advisor);
    }

    [Theory, Threat("T12")]
    [InlineData("exp", 0, "token_expired")]
    [InlineData("nbf", 60, "token_not_yet_valid")]
    [InlineData("iat", 60, "token_not_yet_valid")]
    [InlineData("exp", 301, "token_lifetime")]
    public async Task A_token_out_of_its_time_is_refused_to_the_second(string claim, int secondsFromNow, string reason)
    {
        using var advisor = mesh.Workload("advisor");
        var token = mesh.Issuer.Resign(await mesh.ScoreTokenAsync(advisor), c => c[claim] = mesh.Clock.GetUtcNow().ToUnixTimeSeconds() + secondsFromNow);

        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, token), 401, reason);
        await mesh.AssertHonestCallPassesAsync(advisor);
    }
}

/// <summary>The clock moves here, so the mesh is the test's own.</summary>
public sealed class ExpiredTokenTests
{
    [Fact, Threat("T12")]
    public async Task A_token_that_was_seen_before_it_expired_is_refused_afterwards()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        var token = await mesh.ScoreTokenAsync(advisor);
        Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, token));

        mesh.Clock.Advance(TimeSpan.FromMinutes(5));

        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, token), 401, "token_expired");
        await mesh.AssertHonestCallPassesAsync(advisor);
    }
}
