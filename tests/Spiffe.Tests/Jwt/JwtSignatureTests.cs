using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using AgentMesh.Testing;

namespace AgentMesh.Spiffe.Tests.Jwt;

/// <summary>Algorithms, keys and signatures.</summary>
public sealed class JwtSignatureTests : JwtFixture
{
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

        var result = JwtSvidValidator.Validate(token, new StaticSource(null, [], [authority.JwtBundle]), Audience, Now);

        Assert.Null(result.Error);
    }

    [Fact, Proves("J1")]
    public void P_521_is_accepted_too()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        var bundle = new JwtBundle(Authority.TrustDomain, [JwtAuthority.Create("k", key)]);
        var expires = Now.AddMinutes(5).ToUnixTimeSeconds();
        var signed = $"{Encode("""{"alg":"ES512"}""")}.{Encode($$"""{"sub":"{{Advisor}}","aud":"{{Audience}}","exp":{{expires}}}""")}";
        var token = $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA512))}";

        // The document's way round: written, read, used.
        var read = JwtBundle.Parse(Authority.TrustDomain, bundle.ToJson());
        Assert.Null(JwtSvidValidator.Validate(token, new StaticSource(null, [], [read]), Audience, Now).Error);
    }

    [Fact, Proves("J1")]
    public void An_hmac_keyed_with_the_public_key_is_refused()
    {
        var parts = Authority.IssueJwt(Advisor, Audience, shape: new JwtShape { Header = Set("alg", "HS256") }).Split('.');
        var signed = $"{parts[0]}.{parts[1]}";
        var forged = $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(Authority.JwtBundle.ToJson(), Encoding.ASCII.GetBytes(signed)))}";

        Refused("algorithm is not allowed", Validate(forged));
    }

    [Theory, Proves("J1")]
    [InlineData("ES384")]
    [InlineData("RS256")]
    [InlineData("PS256")]
    public void An_algorithm_that_does_not_fit_the_key_is_refused(string algorithm) =>
        Refused("signature does not verify", Validate(new JwtShape { Header = Set("alg", algorithm) }));

    [Fact, Proves("J2")]
    public void A_key_id_is_optional()
    {
        Authority.RotateJwtAuthority();
        Bundles.Update(null, [], [Authority.JwtBundle]);

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
        var parts = Authority.IssueJwt(Advisor, Audience).Split('.');
        var payload = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1])).Replace("advisor", "trader", StringComparison.Ordinal);

        Refused("signature does not verify", Validate($"{parts[0]}.{Encode(payload)}.{parts[2]}"));
        Refused("signature does not verify", Validate($"{parts[0]}.{parts[1]}."));
        Refused("signature does not verify", Validate(new JwtShape { Signature = static _ => new byte[64] }));
    }
}
