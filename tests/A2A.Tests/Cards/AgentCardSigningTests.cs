using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AgentMesh.A2A.Tests.Cards;

/// <summary>A2A §8.4 and T29: a card is believed when a key that the caller trusts has signed it as it is.</summary>
public sealed class AgentCardSigningTests : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _other = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private byte[] Signed() => AgentCardJson.Serialize(new AgentCardSigner(_key, "k1").Sign(TestCards.Card("https://agent.example/a2a")));

    private VerifiedAgentCard? Verify(byte[] json, out string reason) =>
        AgentCardVerifier.Verify(json, keyId => keyId == "k1" ? _key : null, out reason);

    private static byte[] Edit(byte[] json, Action<JsonObject> edit)
    {
        var card = JsonNode.Parse(json)!.AsObject();
        edit(card);
        return Encoding.UTF8.GetBytes(card.ToJsonString());
    }

    [Fact]
    public void A_card_as_it_was_signed_is_verified()
    {
        var verified = Verify(Signed(), out var reason);
        Assert.Equal(("k1", "scripted", ""), (verified!.KeyId, verified.Card.Name, reason));
        var header = JsonElement.Parse(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(verified.Card.Signatures!.Single().Protected)));
        Assert.Equal("""{"alg":"ES256","kid":"k1","typ":"JOSE"}""", header.GetRawText());
    }

    [Fact]
    public void Order_space_and_explicit_defaults_do_not_matter()
    {
        var reordered = Edit(Signed(), card =>
        {
            var members = card.Select(member => (member.Key, member.Value?.DeepClone())).Reverse().ToList();
            card.Clear();
            foreach (var (name, value) in members)
                card[name] = value;
            card["provider"] = null;
            card["securityRequirements"]!.AsArray()[0]!["schemes"]!["oauth"]!["unknownDefault"] = "";
            card["skills"]!.AsArray()[0]!["examples"] = new JsonArray();
        });
        Assert.NotNull(Verify(reordered, out _));
    }

    public static TheoryData<string, Action<JsonObject>> Changes => new()
    {
        { "another URL", card => card["supportedInterfaces"]![0]!["url"] = "https://evil.example/" },
        { "another skill", card => card["skills"]!.AsArray().Add(new JsonObject { ["id"] = "trade", ["name"] = "t", ["description"] = "t", ["tags"] = new JsonArray("t") }) },
        { "no security", card => card.Remove("securityRequirements") },
        { "a scope less", card => card["securityRequirements"]![0]!["schemes"]!["oauth"] = new JsonObject() },
        { "a scheme more", card => card["securitySchemes"]!["none"] = new JsonObject { ["mtlsSecurityScheme"] = new JsonObject() } },
        { "another token endpoint", card => card["securitySchemes"]!["oauth"]!["oauth2SecurityScheme"]!["flows"]!["clientCredentials"]!["tokenUrl"] = "https://evil.example/" },
        { "a capability explicitly off", card => card["capabilities"]!["streaming"] = false },
        { "an unknown member", card => card["future"] = "x" },
        { "a required member emptied", card => card["description"] = "" },
        { "the signature itself", card => card["signatures"]![0]!["signature"] = Base64Url.EncodeToString(new byte[64]) },
        { "no signature", card => card.Remove("signatures") },
        { "no signatures", card => card["signatures"] = new JsonArray() },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_card_that_was_changed_is_refused(string what, Action<JsonObject> change)
    {
        Assert.Null(Verify(Edit(Signed(), change), out var reason));
        Assert.False(string.IsNullOrEmpty(reason), what);
    }

    [Theory]
    [InlineData("""{"alg":"ES256","kid":"k2","typ":"JOSE"}""", "No trusted key")]
    [InlineData("""{"alg":"ES256","typ":"JOSE"}""", "no kid")]
    [InlineData("""{"alg":"none","kid":"k1","typ":"JOSE"}""", "alg")]
    [InlineData("""{"alg":"HS256","kid":"k1","typ":"JOSE"}""", "alg")]
    [InlineData("""{"alg":"ES384","kid":"k1","typ":"JOSE"}""", "alg")]
    [InlineData("""{"alg":"ES256","kid":"k1","typ":"JWT"}""", "typ")]
    [InlineData("""{"alg":"ES256","kid":"k1","typ":"JOSE","crit":["x"],"x":1}""", "extensions")]
    [InlineData("""{"alg":"ES256","kid":"k1","typ":"JOSE","b64":false}""", "extensions")]
    public void A_header_that_is_not_as_it_must_be_is_refused_even_with_a_good_signature(string header, string reason)
    {
        Assert.Null(Verify(SignWith(_key, header), out var refusal));
        Assert.Contains(reason, refusal);
    }

    [Fact]
    public void The_key_that_the_card_itself_points_to_is_never_used()
    {
        var header = $$"""{"alg":"ES256","kid":"k1","typ":"JOSE","jku":"https://evil.example/jwks.json","jwk":{{Jwk(_other)}}}""";
        Assert.Null(Verify(SignWith(_other, header), out _));
        Assert.NotNull(Verify(SignWith(_key, header), out _));
    }

    [Fact]
    public void One_good_signature_among_several_is_enough()
    {
        var card = new AgentCardSigner(_key, "k1").Sign(new AgentCardSigner(_other, "old").Sign(TestCards.Card("https://agent.example/a2a")));
        Assert.Equal("k1", Verify(AgentCardJson.Serialize(card), out _)!.KeyId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"name\":\"a\",\"name\":\"b\"}")]
    [InlineData("{\"signatures\":[{\"protected\":\"!!\",\"signature\":\"\"}]}")]
    [InlineData("{\"signatures\":[{\"protected\":\"e30\",\"signature\":\"\"}]}")]
    [InlineData("{\"signatures\":[{\"protected\":\"W10\",\"signature\":\"\"}]}")]
    [InlineData("{\"signatures\":[{}]}")]
    [InlineData("{\"skills\":5,\"signatures\":[{}]}")]
    [InlineData("{\"signatures\":[null]}")]
    [InlineData("{\"skills\":[null],\"signatures\":[{}]}")]
    [InlineData("{\"capabilities\":[],\"signatures\":[{}]}")]
    public void What_is_no_card_is_refused_with_a_reason(string json)
    {
        Assert.Null(Verify(Encoding.UTF8.GetBytes(json), out var reason));
        Assert.NotEqual("", reason);
    }

    [Fact]
    public void What_is_signed_keeps_required_and_optional_members_and_drops_other_defaults()
    {
        const string Card = """
            {"name":"Example Agent","description":"","capabilities":{"streaming":false,"pushNotifications":false,"extensions":[]},"skills":[],
             "securityRequirements":[],"provider":{"url":"","organization":"x"},"iconUrl":"","signatures":[{"protected":"x"}],
             "securitySchemes":{"m":{"mtlsSecurityScheme":{"description":""}}}}
            """;
        var payload = Encoding.UTF8.GetString(AgentCardPayload.Of(JsonElement.Parse(Card)));
        Assert.Equal("""{"capabilities":{"pushNotifications":false,"streaming":false},"description":"","iconUrl":"","name":"Example Agent","provider":{"organization":"x","url":""},"securitySchemes":{"m":{"mtlsSecurityScheme":{}}},"skills":[]}""", payload);
    }

    private static byte[] SignWith(ECDsa key, string header)
    {
        var json = AgentCardJson.Serialize(TestCards.Card("https://agent.example/a2a"));
        var payload = Base64Url.EncodeToString(AgentCardPayload.Of(JsonElement.Parse(Encoding.UTF8.GetString(json))));
        var encoded = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header));
        var signature = Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes($"{encoded}.{payload}"), HashAlgorithmName.SHA256));
        return Edit(json, card => card["signatures"] = new JsonArray(new JsonObject { ["protected"] = encoded, ["signature"] = signature }));
    }

    private static string Jwk(ECDsa key)
    {
        var q = key.ExportParameters(false).Q;
        return $$"""{"kty":"EC","crv":"P-256","x":"{{Base64Url.EncodeToString(q.X)}}","y":"{{Base64Url.EncodeToString(q.Y)}}"}""";
    }

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
    }
}
