using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentMesh.Testing;

namespace AgentMesh.Spiffe.Tests.Bundles;

public sealed class BundleTests : IDisposable
{
    private readonly TestAuthority _authority = new("mesh.test");

    public void Dispose() => _authority.Dispose();

    private SpiffeBundle Parse(string json) => SpiffeBundle.Parse(_authority.TrustDomain, Encoding.UTF8.GetBytes(json));

    private JsonObject Document() => JsonNode.Parse(_authority.Bundle.ToJson())!.AsObject();

    private JsonNode Key(string use) => Document()["keys"]!.AsArray().First(k => (string?)k!["use"] == use)!;

    [Theory, Proves("B1", "X5", "J3")]
    [InlineData(TestKeyKind.P256)]
    [InlineData(TestKeyKind.P384)]
    [InlineData(TestKeyKind.Rsa2048)]
    public void A_bundle_survives_its_document(TestKeyKind key)
    {
        using var authority = new TestAuthority("mesh.test", key: key);
        authority.RotateX509Authority();
        authority.RotateJwtAuthority();

        var read = SpiffeBundle.Parse(authority.TrustDomain, authority.Bundle.ToJson());

        Assert.Equal(2UL, read.Sequence);
        Assert.Equal(TimeSpan.FromMinutes(5), read.RefreshHint);
        Assert.Equal(authority.X509Bundle.Authorities.Select(static c => c.Thumbprint), read.X509Authorities.Select(static c => c.Thumbprint));
        Assert.Equal(["key-1", "key-2"], read.JwtBundle.Authorities.Select(static a => a.KeyId));
        var token = authority.IssueJwt(authority.Id("/agent/a"), "me");
        Assert.True(JwtSvidValidator.Validate(token, new StaticSource(null, [], [read.JwtBundle]), "me", TimeProvider.System.GetUtcNow()).IsValid);
        var leaf = authority.IssueCertificate(authority.Id("/agent/a")).Leaf;
        Assert.True(X509SvidValidator.Validate(leaf, [], new StaticSource(null, [read.X509Bundle]), TimeProvider.System.GetUtcNow()).IsValid);
    }

    [Fact, Proves("X5", "J3", "B1")]
    public void What_is_issued_says_what_the_standard_asks_for()
    {
        var x509 = Key("x509-svid");
        Assert.Null(x509["kid"]);
        Assert.Single(x509["x5c"]!.AsArray());
        Assert.Equal("EC", (string?)x509["kty"]);
        var jwt = Key("jwt-svid");
        Assert.Equal("key-1", (string?)jwt["kid"]);
        Assert.Null(jwt["x5c"]);
        Assert.Null(jwt["d"]);
        // For plain JWKS consumers, who do not know SPIFFE's uses.
        Assert.DoesNotContain("\"use\"", Encoding.UTF8.GetString(_authority.JwtBundle.ToJson(use: null)), StringComparison.Ordinal);
    }

    [Fact, Proves("X5", "J3", "B1")]
    public void Odd_entries_are_skipped_and_never_lose_the_rest()
    {
        var document = Document();
        var keys = document["keys"]!.AsArray();
        foreach (var odd in new[]
        {
            "1", "null", "\"x\"", "[]", "{}",
            """{"kty":"oct","use":"jwt-svid","kid":"k","k":"AA"}""",
            """{"kty":"OKP","crv":"Ed25519","use":"jwt-svid","kid":"k","x":"AA"}""",
            """{"kty":"EC","crv":"secp256k1","use":"jwt-svid","kid":"k","x":"AA","y":"AA"}""",
            """{"kty":"EC","crv":"P-256","use":"jwt-svid","kid":"k","x":"AA","y":"AA"}""",
            """{"kty":"EC","crv":"P-256","use":"jwt-svid","kid":"k"}""",
            """{"kty":"RSA","use":"jwt-svid","kid":"k","n":"AQ","e":"AQAB"}""",
            """{"kty":"RSA","use":"jwt-svid","kid":"k","n":"!","e":"AQAB"}""",
            """{"kty":"EC","crv":"P-256","use":"jwt-svid","kid":7,"x":"AA","y":"AA"}""",
            """{"kty":"EC","use":"x509-svid"}""",
            """{"kty":"EC","use":"x509-svid","x5c":[]}""",
            """{"kty":"EC","use":"x509-svid","x5c":[1]}""",
            """{"kty":"EC","use":"x509-svid","x5c":["AAAA"]}""",
            """{"kty":"EC","use":"x509-svid","x5c":["not base64"]}""",
            """{"kty":"EC","use":"wit-svid","kid":"k"}""",
            """{"kty":"EC","use":7,"kid":"k"}""",
        })
        {
            keys.Insert(0, JsonNode.Parse(odd));
        }
        var json = document.ToJsonString().Replace("\"keys\":[", """ "keys":[{"kty":"EC","kty":"EC","use":"x509-svid"},{"use":"\ud800"},""", StringComparison.Ordinal);

        var read = Parse(json);

        Assert.Single(read.X509Authorities);
        Assert.Equal("key-1", Assert.Single(read.JwtBundle.Authorities).KeyId);
        Assert.Equal("key-1", Assert.Single(JwtBundle.Parse(_authority.TrustDomain, Encoding.UTF8.GetBytes(json)).Authorities).KeyId);
    }

    [Fact, Proves("X5")]
    public void Only_the_first_certificate_of_an_entry_counts()
    {
        using var other = new TestAuthority("mesh.test");
        var document = Document();
        foreach (var key in document["keys"]!.AsArray().Where(static k => (string?)k!["use"] == "x509-svid"))
            key!["x5c"]!.AsArray().Add(Convert.ToBase64String(other.Root.RawData));

        Assert.Equal(_authority.Root.Thumbprint, Assert.Single(Parse(document.ToJsonString()).X509Authorities).Thumbprint);
    }

    [Fact, Proves("J3")]
    public void A_missing_use_is_accepted_from_the_workload_api_and_another_value_is_not()
    {
        var key = Key("jwt-svid").AsObject();
        foreach (var (use, accepted) in new[] { (null, true), ("jwt-svid", true), ("sig", false), ("x509-svid", false), ("JWT-SVID", false), ("", false) })
        {
            var entry = key.DeepClone().AsObject();
            entry.Remove("use");
            if (use is not null)
                entry["use"] = use;
            var json = new JsonObject { ["keys"] = new JsonArray(entry) }.ToJsonString();
            Assert.Equal(accepted ? 1 : 0, JwtBundle.Parse(_authority.TrustDomain, Encoding.UTF8.GetBytes(json)).Authorities.Count);
        }
    }

    [Fact, Proves("B1")]
    public void In_a_bundle_document_the_use_is_required()
    {
        var document = Document();
        foreach (var key in document["keys"]!.AsArray())
            key!.AsObject().Remove("use");

        var read = Parse(document.ToJsonString());

        Assert.Empty(read.X509Authorities);
        Assert.Empty(read.JwtBundle.Authorities);
    }

    [Fact, Proves("J3")]
    public void A_key_without_an_id_is_skipped()
    {
        var entry = Key("jwt-svid").DeepClone().AsObject();
        entry.Remove("kid");

        Assert.Empty(Parse(new JsonObject { ["keys"] = new JsonArray(entry) }.ToJsonString()).JwtBundle.Authorities);
    }

    [Fact, Proves("B1")]
    public void No_keys_at_all_trust_nothing()
    {
        var read = Parse("""{"keys":[],"spiffe_sequence":18446744073709551615,"spiffe_refresh_hint":60}""");

        Assert.Empty(read.X509Authorities);
        Assert.Equal(ulong.MaxValue, read.Sequence);
        Assert.Equal(TimeSpan.FromMinutes(1), read.RefreshHint);
        Assert.Null(Parse("""{"keys":[]}""").Sequence);
        Assert.Null(Parse("""{"keys":[]}""").RefreshHint);
    }

    [Theory, Proves("B1")]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"keys":{}}""")]
    [InlineData("""{"keys":null}""")]
    [InlineData("""{"keys":[],"keys":[]}""")]
    [InlineData("""{"keys":[],"spiffe_sequence":-1}""")]
    [InlineData("""{"keys":[],"spiffe_sequence":"1"}""")]
    [InlineData("""{"keys":[],"spiffe_refresh_hint":1.5}""")]
    public void A_document_that_is_no_bundle_is_refused_as_a_whole(string json) => Assert.Throws<FormatException>(() => Parse(json));

    [Fact, Proves("B1")]
    public void Deep_json_is_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 100_000)) + string.Concat(Enumerable.Repeat("]", 100_000));

        var error = Assert.Throws<FormatException>(() => Parse($$"""{"keys":[{{deep}}]}"""));

        Assert.IsAssignableFrom<JsonException>(error.InnerException);
    }

    [Fact, Proves("F2")]
    public void Bundles_of_two_trust_domains_are_never_one()
    {
        using var other = new TestAuthority("other.test");

        Assert.Throws<ArgumentException>(() => new SpiffeBundle(_authority.X509Bundle, other.JwtBundle));
        Assert.Throws<ArgumentException>(() => new StaticSource(null, [_authority.X509Bundle, _authority.X509Bundle]));
    }
}
