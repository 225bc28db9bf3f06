using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AgentMesh.Testing;

namespace AgentMesh.Spiffe.Tests.Jwt;

/// <summary>Each rule of a JWT-SVID on its own, next to the token that keeps it.</summary>
public sealed class JwtSvidValidatorTests : IDisposable
{
    private const string Audience = "https://auth.mesh.test/";
    private static readonly SpiffeId Advisor = SpiffeId.Parse("spiffe://mesh.test/agent/advisor");
    private readonly TestAuthority _authority = new("mesh.test");
    private readonly StaticSource _bundles;

    public JwtSvidValidatorTests() => _bundles = new StaticSource(null, [], [_authority.JwtBundle]);

    public void Dispose() => _authority.Dispose();

    private JwtSvidValidation Validate(string token, TimeSpan skew = default) =>
        JwtSvidValidator.Validate(token, _bundles, Audience, TimeProvider.System.GetUtcNow(), skew);

    private JwtSvidValidation Validate(JwtShape shape) => Validate(_authority.IssueJwt(Advisor, Audience, shape: shape));

    private static Dictionary<string, JsonNode?> Set(string name, JsonNode? value) => new() { [name] = value };

    private static void Refused(string reason, JwtSvidValidation result)
    {
        Assert.False(result.IsValid);
        Assert.Null(result.Svid);
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
    }

    [Fact, Proves("J1", "J2")]
    public void A_proper_token_is_accepted_with_its_claims()
    {
        var result = Validate(new JwtShape { Claims = Set("role", new JsonArray("a", 1)) });

        Assert.Null(result.Error);
        Assert.Equal(Advisor, result.Svid!.Id);
        Assert.Equal([Audience], result.Svid.Audience);
        Assert.NotNull(result.Svid.IssuedAt);
        Assert.Equal("[\"a\",1]", result.Svid.Claims["role"].GetRawText());
    }

    [Theory, Proves("J1")]
    [InlineData("RS256", TestKeyKind.Rsa2048)]
    [InlineData("RS384", TestKeyKind.Rsa2048)]
    [InlineData("RS512", TestKeyKind.Rsa2048)]
    [InlineData("PS256", TestKeyKind.Rsa2048)]
    [InlineData("PS384", TestKeyKind.Rsa2048)]
    [InlineData("PS512", TestKeyKind.Rsa2048)]
    [InlineData("ES256", TestKeyKind.P256)]
    [InlineData("ES384", TestKeyKind.P384)]
    public void The_standards_algorithms_are_accepted(string algorithm, TestKeyKind key)
    {
        using var authority = new TestAuthority("mesh.test", key: key);
        var token = authority.IssueJwt(Advisor, Audience, shape: new JwtShape { Header = Set("alg", algorithm) });

        var result = JwtSvidValidator.Validate(token, new StaticSource(null, [], [authority.JwtBundle]), Audience, TimeProvider.System.GetUtcNow());

        Assert.Null(result.Error);
    }

    [Fact, Proves("J1")]
    public void P_521_is_accepted_too()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        var bundle = new JwtBundle(_authority.TrustDomain, [JwtAuthority.Create("k", key)]);
        var expires = TimeProvider.System.GetUtcNow().AddMinutes(5).ToUnixTimeSeconds();
        var signed = $"{Encode("""{"alg":"ES512"}""")}.{Encode($$"""{"sub":"{{Advisor}}","aud":"{{Audience}}","exp":{{expires}}}""")}";
        var token = $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA512))}";

        // The document's way round: written, read, used.
        var read = JwtBundle.Parse(_authority.TrustDomain, bundle.ToJson());
        Assert.Null(JwtSvidValidator.Validate(token, new StaticSource(null, [], [read]), Audience, TimeProvider.System.GetUtcNow()).Error);
    }

    [Theory, Proves("J1")]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("HS256")]
    [InlineData("HS512")]
    [InlineData("ES256K")]
    [InlineData("EdDSA")]
    [InlineData("es256")]
    [InlineData("RS1")]
    [InlineData("")]
    public void Any_other_algorithm_is_refused(string algorithm) =>
        Refused("algorithm is not allowed", Validate(new JwtShape { Header = Set("alg", algorithm) }));

    [Fact, Proves("J1")]
    public void A_token_without_algorithm_is_refused() => Refused("names no algorithm", Validate(new JwtShape { Header = Set("alg", null) }));

    [Fact, Proves("J1")]
    public void An_hmac_keyed_with_the_public_key_is_refused()
    {
        var parts = _authority.IssueJwt(Advisor, Audience, shape: new JwtShape { Header = Set("alg", "HS256") }).Split('.');
        var signed = $"{parts[0]}.{parts[1]}";
        var forged = $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(_authority.JwtBundle.ToJson(), Encoding.ASCII.GetBytes(signed)))}";

        Refused("algorithm is not allowed", Validate(forged));
    }

    [Theory, Proves("J1")]
    [InlineData("ES384")]
    [InlineData("RS256")]
    [InlineData("PS256")]
    public void An_algorithm_that_does_not_fit_the_key_is_refused(string algorithm) =>
        Refused("signature does not verify", Validate(new JwtShape { Header = Set("alg", algorithm) }));

    [Theory, Proves("J1")]
    [InlineData("crit")]
    [InlineData("jku")]
    [InlineData("jwk")]
    [InlineData("x5u")]
    [InlineData("x5c")]
    [InlineData("x5t")]
    [InlineData("b64")]
    [InlineData("anything")]
    public void A_header_with_anything_else_in_it_is_refused(string member) =>
        Refused("another member than alg, kid and typ", Validate(new JwtShape { Header = Set(member, "x") }));

    [Theory, Proves("J1")]
    [InlineData("JWT", true)]
    [InlineData("JOSE", true)]
    [InlineData(null, true)]
    [InlineData("jwt", false)]
    [InlineData("at+jwt", false)]
    [InlineData("application/jwt", false)]
    public void The_type_is_jwt_or_jose_or_missing(string? type, bool accepted) =>
        Assert.Equal(accepted, Validate(new JwtShape { Header = Set("typ", type) }).IsValid);

    [Theory, Proves("J1")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a.b")]
    [InlineData("a.b.c.d")]
    [InlineData("a.b.c.d.e")]
    [InlineData("!!.e30.e30")]
    [InlineData("e30=.e30.e30")]
    public void Whatever_is_not_compact_serialization_is_refused(string token) => Assert.False(Validate(token).IsValid);

    [Fact, Proves("J1")]
    public void A_member_that_comes_twice_is_refused() =>
        Assert.False(Validate($"{Encode("""{"alg":"ES256","alg":"ES256"}""")}.{Encode("{}")}.AA").IsValid);

    [Theory, Proves("J2")]
    [InlineData("advisor")]
    [InlineData("spiffe://mesh.test/agent/advisor/")]
    [InlineData("https://mesh.test/agent/advisor")]
    [InlineData(null)]
    public void A_subject_that_is_no_spiffe_id_is_refused(string? subject) =>
        Refused("sub is not a SPIFFE ID", Validate(new JwtShape { Claims = Set("sub", subject) }));

    [Fact, Proves("J2", "WA9")]
    public void A_subject_of_a_trust_domain_without_bundle_is_refused() =>
        Refused("no bundle for its trust domain other.test", Validate(new JwtShape { Claims = Set("sub", "spiffe://other.test/agent/a") }));

    [Fact, Proves("J2", "WA9")]
    public void A_key_of_another_trust_domain_does_not_count()
    {
        using var other = new TestAuthority("other.test");
        _bundles.Update(null, [], [_authority.JwtBundle, other.JwtBundle]);

        Refused("signature does not verify", Validate(_authority.IssueJwt(SpiffeId.Parse("spiffe://other.test/agent/a"), Audience)));
        Refused("signature does not verify", Validate(other.IssueJwt(Advisor, Audience)));
    }

    [Fact, Proves("J2")]
    public void The_audience_may_be_one_string_or_one_of_several()
    {
        Assert.True(Validate(new JwtShape { Claims = Set("aud", Audience) }).IsValid);
        Assert.True(Validate(new JwtShape { Claims = Set("aud", new JsonArray("other", Audience)) }).IsValid);
    }

    [Fact, Proves("J2")]
    public void A_token_for_somebody_else_is_refused()
    {
        Refused("not for this audience", Validate(_authority.IssueJwt(Advisor, Audience + "x")));
        Refused("not for this audience", Validate(_authority.IssueJwt(Advisor, Audience.ToUpperInvariant())));
        Refused("no aud", Validate(new JwtShape { Claims = Set("aud", null) }));
        Refused("no aud", Validate(new JwtShape { Claims = Set("aud", new JsonArray()) }));
        Refused("no aud", Validate(new JwtShape { Claims = Set("aud", new JsonArray(Audience, 1)) }));
        Refused("no aud", Validate(new JwtShape { Claims = Set("aud", new JsonObject { [Audience] = true }) }));
    }

    [Fact, Proves("J2")]
    public void A_token_without_an_expiry_is_refused()
    {
        Refused("no exp", Validate(new JwtShape { Claims = Set("exp", null) }));
        Refused("no exp", Validate(new JwtShape { Claims = Set("exp", "never") }));
        Refused("no exp", Validate(new JwtShape { Claims = Set("exp", -1) }));
        Refused("no exp", Validate(new JwtShape { Claims = Set("exp", 1e300) }));
    }

    [Fact, Proves("J2")]
    public void Time_is_the_validators_and_skew_is_only_what_it_allows()
    {
        var expired = _authority.IssueJwt(Advisor, Audience, TimeSpan.FromSeconds(-5));
        Refused("expired at", Validate(expired));
        Assert.True(Validate(expired, TimeSpan.FromSeconds(30)).IsValid);
        var early = new JwtShape { Claims = Set("nbf", TimeProvider.System.GetUtcNow().AddSeconds(20).ToUnixTimeSeconds()) };
        Refused("not valid before", Validate(early));
        Assert.True(Validate(_authority.IssueJwt(Advisor, Audience, shape: early), TimeSpan.FromSeconds(30)).IsValid);
        Assert.Throws<ArgumentOutOfRangeException>(() => Validate(expired, TimeSpan.FromHours(1)));
    }

    [Fact, Proves("J2")]
    public void A_key_id_is_optional()
    {
        _authority.RotateJwtAuthority();
        _bundles.Update(null, [], [_authority.JwtBundle]);

        Assert.True(Validate(new JwtShape { Header = Set("kid", null) }).IsValid);
    }

    [Theory, Proves("J2")]
    [InlineData("key-9")]
    [InlineData("../../etc/passwd")]
    [InlineData("")]
    public void A_key_id_that_is_not_in_the_bundle_is_refused(string keyId) =>
        Refused("its key is not in the bundle", Validate(new JwtShape { Header = Set("kid", keyId) }));

    [Fact, Proves("J1")]
    public void A_changed_token_is_refused()
    {
        var parts = _authority.IssueJwt(Advisor, Audience).Split('.');
        var payload = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1])).Replace("advisor", "trader", StringComparison.Ordinal);

        Refused("signature does not verify", Validate($"{parts[0]}.{Encode(payload)}.{parts[2]}"));
        Refused("signature does not verify", Validate($"{parts[0]}.{parts[1]}."));
        Refused("signature does not verify", Validate(new JwtShape { Signature = static _ => new byte[64] }));
    }

    [Fact, Proves("J1")]
    public void A_megabyte_is_refused_before_it_is_read()
    {
        var token = _authority.IssueJwt(Advisor, Audience, shape: new JwtShape { Claims = Set("x", new string('a', 1 << 20)) });

        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = Validate(token);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Refused("too long", result);
        Assert.InRange(allocated, 0, 4096);
    }

    [Fact, Proves("J1")]
    public void Deep_json_is_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 5000)) + string.Concat(Enumerable.Repeat("]", 5000));

        Refused("cannot be read", Validate($"{Encode("""{"alg":"ES256"}""")}.{Encode($$"""{"a":{{deep}}}""")}.AA"));
        Refused("cannot be read", Validate($"{Encode($$"""{"alg":{{deep}}}""")}.{Encode("{}")}.AA"));
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
