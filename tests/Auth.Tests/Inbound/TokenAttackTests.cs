using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AgentMesh.Testing;

namespace AgentMesh.Auth.Tests;

public sealed class TokenAttackTests : InboundTest
{
    [Fact, Proves("T06")]
    public async Task A_stolen_token_sent_from_the_thiefs_own_svid_is_refused()
    {
        var stolen = HonestToken();
        using var thief = Raw.Client(Mesh, Mesh.SourceOf("trader"), Callee.Address);

        AssertRefused(await thief.GetAsync("/score", stolen), HttpStatusCode.Unauthorized, "cnf_mismatch");
        Assert.Equal(TestManifest.IdOf("trader"), Callee.Audit.Last.Caller);
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync("/score", stolen)).Status);
    }

    [Fact, Proves("T06")]
    public async Task A_token_bound_to_the_svid_before_the_rotation_is_refused()
    {
        var old = HonestToken();
        Advisor.Rotate();

        AssertRefused(await Client.GetAsync("/score", old), HttpStatusCode.Unauthorized, "cnf_mismatch");
        await AssertHonestCallPassesAsync();
    }

    [Theory, Proves("T07")]
    [InlineData("{}")]
    [InlineData("""{"jwk":{}}""")]
    [InlineData("""{"kid":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}""")]
    public async Task A_token_that_is_bound_to_nothing_is_refused(string cnf)
    {
        AssertRefused(await Client.GetAsync("/score", HonestToken(t => t.Claims["cnf"] = JsonNode.Parse(cnf))), HttpStatusCode.Unauthorized, "cnf_missing");
        AssertRefused(await Client.GetAsync("/score", HonestToken(t => t.Claims.Remove("cnf"))), HttpStatusCode.Unauthorized, "cnf_missing");
        await AssertHonestCallPassesAsync();
    }

    [Fact, Proves("T08")]
    public async Task A_token_for_another_agent_is_refused()
    {
        AssertRefused(await Client.GetAsync("/score", Mesh.Issuer.Issue(Advisor, "trader", "risk.score")), HttpStatusCode.Unauthorized, "token_audience");
        await AssertHonestCallPassesAsync();
    }

    [Fact, Proves("T08")]
    public async Task A_token_for_this_agent_and_another_is_refused()
    {
        var token = HonestToken(t => t.Claims["aud"] = new JsonArray(TestManifest.IdOf("risk-analyst"), TestManifest.IdOf("trader")));

        AssertRefused(await Client.GetAsync("/score", token), HttpStatusCode.Unauthorized, "token_audience");
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync("/score", HonestToken(t => t.Claims["aud"] = new JsonArray(TestManifest.IdOf("risk-analyst"))))).Status);
    }

    [Fact, Proves("T09")]
    public async Task A_token_passed_through_instead_of_exchanged_is_refused()
    {
        // The advisor was called with this token and passes it on.
        var served = Mesh.Issuer.Issue(Mesh.SourceOf("trader"), "advisor", "risk.score");

        AssertRefused(await Client.GetAsync("/score", served), HttpStatusCode.Unauthorized, "token_audience");
        await AssertHonestCallPassesAsync();
    }

    [Theory, Proves("T10")]
    [InlineData("""{"alg":"none"}""", "token_algorithm")]
    [InlineData("""{"alg":"None"}""", "token_algorithm")]
    [InlineData("""{"alg":"ES384"}""", "token_algorithm")]
    [InlineData("""{"crit":["exp"]}""", "token_header")]
    [InlineData("""{"jku":"https://127.0.0.1/jwks"}""", "token_header")]
    [InlineData("""{"x5u":"https://127.0.0.1/cert"}""", "token_header")]
    [InlineData("""{"jwk":{"kty":"EC"}}""", "token_header")]
    [InlineData("""{"x5c":["AA"]}""", "token_header")]
    [InlineData("""{"b64":false}""", "token_header")]
    [InlineData("""{"kid":"../../key-1"}""", "token_key_unknown")]
    [InlineData("""{"kid":""}""", "token_key_unknown")]
    public async Task A_header_that_says_how_to_verify_the_token_is_refused(string members, string reason)
    {
        var token = HonestToken(t =>
        {
            foreach (var (name, value) in JsonNode.Parse(members)!.AsObject())
                t.Header[name] = value?.DeepClone();
        });

        AssertRefused(await Client.GetAsync("/score", token), HttpStatusCode.Unauthorized, reason);
        await AssertHonestCallPassesAsync();
    }

    [Fact, Proves("T10")]
    public async Task A_token_signed_with_the_public_key_as_a_secret_is_refused()
    {
        var key = Mesh.Issuer.Keys[0];
        var forged = TestToken.For(Mesh.Issuer.Address.OriginalString, Advisor.Id.ToString(), Advisor.Id.ToString(), TestManifest.IdOf("risk-analyst"),
            "risk.score", Advisor.Svid.Thumbprint, Mesh.Clock.GetUtcNow());
        forged.Header["alg"] = "HS256";
        forged.Header["kid"] = key.Id;

        AssertRefused(await Client.GetAsync("/score", forged.SignWith(data => HMACSHA256.HashData(key.PublicKey(), data))), HttpStatusCode.Unauthorized, "token_algorithm");
        await AssertHonestCallPassesAsync();
    }

    [Theory, Proves("T11")]
    [InlineData("JWT")]
    [InlineData("jwt")]
    [InlineData("txntoken+jwt")]
    [InlineData("secevent+jwt")]
    [InlineData(null)]
    public async Task A_token_of_another_type_is_refused(string? type)
    {
        AssertRefused(await Client.GetAsync("/score", HonestToken(t => t.Header["typ"] = type)), HttpStatusCode.Unauthorized, type is null ? "token_malformed" : "token_type");
        await AssertHonestCallPassesAsync();
    }

    [Fact, Proves("T11")]
    public async Task A_jwt_svid_is_no_access_token()
    {
        var svid = Mesh.Authority.IssueJwt(Advisor.Id, TestManifest.IdOf("risk-analyst"));

        AssertRefused(await Client.GetAsync("/score", svid), HttpStatusCode.Unauthorized, "token_type");
        await AssertHonestCallPassesAsync();
    }

    [Fact, Proves("T12")]
    public async Task A_token_signed_by_another_key_of_the_same_id_is_refused()
    {
        using var foreign = new TestSigningKey("key-1");
        var token = TestToken.For(Mesh.Issuer.Address.OriginalString, Advisor.Id.ToString(), Advisor.Id.ToString(), TestManifest.IdOf("risk-analyst"),
            "risk.score", Advisor.Svid.Thumbprint, Mesh.Clock.GetUtcNow());

        AssertRefused(await Client.GetAsync("/score", token.Sign(foreign)), HttpStatusCode.Unauthorized, "token_signature");
        await AssertHonestCallPassesAsync();
    }

    [Theory, Proves("T12")]
    [InlineData("iss", "https://evil.example/", "token_issuer")]
    [InlineData("sub", null, "token_malformed")]
    [InlineData("jti", null, "token_malformed")]
    [InlineData("exp", null, "token_malformed")]
    [InlineData("iat", null, "token_malformed")]
    [InlineData("client_id", null, "token_malformed")]
    [InlineData("aud", null, "token_audience")]
    public async Task A_token_with_a_wrong_or_missing_claim_is_refused(string claim, string? value, string reason)
    {
        var token = HonestToken(t =>
        {
            t.Claims.Remove(claim);
            if (value is not null)
                t.Claims[claim] = value;
        });

        AssertRefused(await Client.GetAsync("/score", token), HttpStatusCode.Unauthorized, reason);
        await AssertHonestCallPassesAsync();
    }

    [Fact, Proves("T12")]
    public async Task A_token_is_refused_from_the_second_it_expires_also_when_it_was_seen_before()
    {
        var token = HonestToken();
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync("/score", token)).Status);
        Mesh.Clock.Advance(TimeSpan.FromMinutes(5));

        AssertRefused(await Client.GetAsync("/score", token), HttpStatusCode.Unauthorized, "token_expired");
        await AssertHonestCallPassesAsync();
    }

    [Theory, Proves("T12")]
    [InlineData("nbf")]
    [InlineData("iat")]
    public async Task A_token_from_the_future_is_refused(string claim)
    {
        var token = HonestToken(t => t.Claims[claim] = Mesh.Clock.GetUtcNow().AddSeconds(60).ToUnixTimeSeconds());

        AssertRefused(await Client.GetAsync("/score", token), HttpStatusCode.Unauthorized, "token_not_yet_valid");
        await AssertHonestCallPassesAsync();
    }

    [Fact, Proves("T12")]
    public async Task A_token_that_lives_longer_than_the_manifest_allows_is_refused()
    {
        var token = HonestToken(t => t.Claims["exp"] = Mesh.Clock.GetUtcNow().AddMinutes(6).ToUnixTimeSeconds());

        AssertRefused(await Client.GetAsync("/score", token), HttpStatusCode.Unauthorized, "token_lifetime");
        await AssertHonestCallPassesAsync();
    }

    [Fact]
    public async Task A_claim_that_stands_twice_is_refused()
    {
        var honest = HonestToken().Split('.');
        var json = Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(honest[1]));
        var twice = json[..^1] + $",\"aud\":\"{TestManifest.IdOf("risk-analyst")}\"}}";
        var signed = $"{honest[0]}.{System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(twice))}";
        var token = $"{signed}.{System.Buffers.Text.Base64Url.EncodeToString(Mesh.Issuer.Keys[0].Sign(Encoding.ASCII.GetBytes(signed)))}";

        AssertRefused(await Client.GetAsync("/score", token), HttpStatusCode.Unauthorized, "token_malformed");
        await AssertHonestCallPassesAsync();
    }

    [Theory, Proves("T38")]
    [InlineData("^", " ")]
    [InlineData("^", "\t")]
    [InlineData("$", "=")]
    [InlineData("$", "==")]
    [InlineData("$", "%%")]
    [InlineData("^", "%")]
    [InlineData("$", "+")]
    public async Task Another_spelling_of_a_genuine_token_is_none(string where, string what)
    {
        var token = HonestToken();
        var (signed, signature) = (token[..(token.LastIndexOf('.') + 1)], token[(token.LastIndexOf('.') + 1)..]);

        var respelled = where == "$" ? token + what : signed + signature[..10] + what + signature[10..];
        AssertRefused(await Client.GetAsync("/score", respelled), HttpStatusCode.Unauthorized, "token_malformed");
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync("/score", token)).Status);
    }

    [Fact, Proves("T38")]
    public async Task Bits_that_stand_for_nothing_cannot_be_set_in_a_genuine_token()
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var token = HonestToken();
        // 64 bytes fill 85 characters and a third of the last.
        var last = alphabet.IndexOf(token[^1], StringComparison.Ordinal);

        AssertRefused(await Client.GetAsync("/score", token[..^1] + alphabet[last | 1]), HttpStatusCode.Unauthorized, "token_signature");
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync("/score", token)).Status);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("a.b")]
    [InlineData("a.b.c")]
    [InlineData("a.b.c.d")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9..")]
    public async Task What_is_no_token_at_all_is_refused(string token)
    {
        AssertRefused(await Client.GetAsync("/score", token), HttpStatusCode.Unauthorized, "token_malformed");
        await AssertHonestCallPassesAsync();
    }

    [Fact]
    public async Task A_token_without_its_signature_or_with_another_one_is_refused()
    {
        var parts = HonestToken().Split('.');
        var other = HonestToken().Split('.')[2];

        AssertRefused(await Client.GetAsync("/score", $"{parts[0]}.{parts[1]}.{other}"), HttpStatusCode.Unauthorized, "token_signature");
        AssertRefused(await Client.GetAsync("/score", $"{parts[0]}.{parts[1]}.AAAA"), HttpStatusCode.Unauthorized, "token_signature");
        await AssertHonestCallPassesAsync();
    }

    [Fact]
    public async Task The_current_actor_must_be_the_peer()
    {
        var advisor = Advisor.Id.ToString();
        var trader = TestManifest.IdOf("trader");

        AssertRefused(await Client.GetAsync("/score", HonestToken(t => t.Claims["client_id"] = trader)), HttpStatusCode.Unauthorized, "actor_mismatch");
        AssertRefused(await Client.GetAsync("/score", HonestToken(t => t.Claims["sub"] = trader)), HttpStatusCode.Unauthorized, "actor_mismatch");
        // The advisor stands in the chain, but somebody else acts now (RFC 8693 section 4.1).
        AssertRefused(await Client.GetAsync("/score", HonestToken(t => t.Claims["act"] = JsonNode.Parse($$$"""{"sub":"{{{trader}}}","act":{"sub":"{{{advisor}}}"}}"""))),
            HttpStatusCode.Unauthorized, "actor_mismatch");
        var honest = HonestToken(t =>
        {
            t.Claims["sub"] = TestManifest.IdOf("local");
            t.Claims["act"] = JsonNode.Parse($$$"""{"sub":"{{{advisor}}}","act":{"sub":"{{{trader}}}"}}""");
        });
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync("/score", honest)).Status);
        Assert.Equal([advisor, trader], Callee.Audit.Last.Actors);
    }
}
