using System.Security.Cryptography.X509Certificates;
using AgentMesh.Testing;

namespace AgentMesh.Spiffe.Tests.X509;

/// <summary>The path from a leaf to the bundle of its own trust domain.</summary>
public sealed class X509PathTests : X509Fixture
{
    [Fact, Proves("X4")]
    public void A_self_signed_certificate_with_the_right_id_is_refused() =>
        Refused("not issued by an authority", new CertificateShape { SelfSigned = true, Subject = "CN=x" });

    [Theory, Proves("X4")]
    [InlineData("a leaf that signs")]
    [InlineData("no keyCertSign")]
    [InlineData("no key usage")]
    [InlineData("an ID with a path")]
    public void An_intermediate_that_is_no_signing_certificate_is_refused(string defect)
    {
        var authority = new CertificateShape
        {
            Subject = "CN=intermediate",
            CertificateAuthority = true,
            KeyUsages = X509KeyUsageFlags.KeyCertSign,
            Uris = [Authority.TrustDomain.Id.ToString()],
        };
        Assert.True(Validate(new CertificateShape { Intermediates = 1, IntermediateShape = authority }).IsValid);
        // The standard's own example of a signing certificate has this ID.
        Assert.True(Validate(new CertificateShape { Intermediates = 1, IntermediateShape = authority with { Uris = ["spiffe://mesh.test/"] } }).IsValid);

        Refused("chain", new CertificateShape
        {
            Intermediates = 1,
            IntermediateShape = defect switch
            {
                "a leaf that signs" => new CertificateShape { Subject = "CN=intermediate" },
                "no keyCertSign" => authority with { KeyUsages = X509KeyUsageFlags.DigitalSignature },
                "no key usage" => authority with { KeyUsages = null },
                _ => authority with { Uris = ["spiffe://mesh.test/ca"] },
            },
        });
    }

    [Fact, Proves("X4")]
    public void A_leaf_in_a_bundle_is_noAuthority()
    {
        var issued = Authority.IssueCertificate(Advisor, new CertificateShape { Intermediates = 1, IntermediateShape = new CertificateShape { Subject = "CN=leaf" } });
        var bundles = new StaticSource(null, [new X509Bundle(Authority.TrustDomain, [issued.Intermediates[0], issued.Leaf])]);

        Assert.False(X509SvidValidator.Validate(issued.Leaf, [], bundles, Now).IsValid);
        Assert.False(X509SvidValidator.Validate(issued.Intermediates[0], [], bundles, Now).IsValid);
    }

    [Fact, Proves("X4")]
    public void AnAuthority_of_the_bundle_does_not_authenticate()
    {
        var result = X509SvidValidator.Validate(Authority.Root, [], new StaticSource(null, [Authority.X509Bundle]), Now);

        Assert.False(result.IsValid);
    }

    [Fact, Proves("WA9")]
    public void AnAuthority_of_another_trust_domain_cannot_name_an_id_of_this_one()
    {
        using var other = new TestAuthority("other.test");
        var issued = other.IssueCertificate(Advisor);
        var bundles = new StaticSource(null, [Authority.X509Bundle, other.X509Bundle]);

        var result = X509SvidValidator.Validate(issued.Leaf, [], bundles, Now);

        Assert.False(result.IsValid);
        Assert.Contains("not issued by an authority", result.Error, StringComparison.Ordinal);
    }

    [Fact, Proves("WA9")]
    public void A_peer_is_verified_with_its_own_trust_domains_bundle()
    {
        using var other = new TestAuthority("other.test");
        var issued = other.IssueCertificate(other.Id("/agent/a"));
        var now = Now;

        Assert.True(X509SvidValidator.Validate(issued.Leaf, [], new StaticSource(null, [Authority.X509Bundle, other.X509Bundle]), now).IsValid);
        var result = X509SvidValidator.Validate(issued.Leaf, [], new StaticSource(null, [Authority.X509Bundle]), now);
        Assert.Equal("there is no bundle for its trust domain other.test", result.Error);
    }

    [Fact, Proves("B1", "WA9")]
    public void An_empty_bundle_trusts_nothing()
    {
        var issued = Authority.IssueCertificate(Advisor);

        Assert.False(X509SvidValidator.Validate(
            issued.Leaf, [], new StaticSource(null, [new X509Bundle(Authority.TrustDomain, [])]), Now).IsValid);
    }

    [Theory, Proves("X4")]
    [InlineData(-20, -10, "expired")]
    [InlineData(10, 20, "not valid before")]
    public void The_time_of_verification_counts(int fromMinutes, int toMinutes, string reason)
    {
        var now = Now;
        Refused(reason, new CertificateShape { NotBefore = now.AddMinutes(fromMinutes), NotAfter = now.AddMinutes(toMinutes) });
    }

    [Fact, Proves("X4")]
    public void The_time_of_verification_is_the_callers_not_the_machines()
    {
        var issued = Authority.IssueCertificate(Advisor);
        var bundles = new StaticSource(null, [Authority.X509Bundle]);
        var now = Now;

        Assert.True(X509SvidValidator.Validate(issued.Leaf, [], bundles, now.AddMinutes(29)).IsValid);
        Assert.False(X509SvidValidator.Validate(issued.Leaf, [], bundles, now.AddMinutes(31)).IsValid);
    }

    [Fact, Proves("X4")]
    public void Authorities_before_and_after_a_rotation_both_verify()
    {
        var before = Authority.IssueCertificate(Advisor);
        Authority.RotateX509Authority();
        var after = Authority.IssueCertificate(Advisor);
        var now = Now;
        var bundles = new StaticSource(null, [Authority.X509Bundle]);

        Assert.True(X509SvidValidator.Validate(before.Leaf, [], bundles, now).IsValid);
        Assert.True(X509SvidValidator.Validate(after.Leaf, [], bundles, now).IsValid);
        Authority.ForgetOldestX509Authority();
        bundles.Update(null, [Authority.X509Bundle]);
        Assert.False(X509SvidValidator.Validate(before.Leaf, [], bundles, now).IsValid);
        Assert.True(X509SvidValidator.Validate(after.Leaf, [], bundles, now).IsValid);
    }

    [Fact, Proves("X4")]
    public void AnAuthority_that_is_not_self_signed_is_a_trust_anchor_too()
    {
        var issued = Authority.IssueCertificate(Advisor, new CertificateShape { Intermediates = 1 });
        var bundles = new StaticSource(null, [new X509Bundle(Authority.TrustDomain, issued.Intermediates)]);
        var now = Now;

        Assert.Null(X509SvidValidator.Validate(issued.Leaf, [], bundles, now).Error);
        // The same with the anchor's own issuer sent along.
        Assert.Null(X509SvidValidator.Validate(issued.Leaf, [Authority.Root], bundles, now).Error);
    }

    [Theory, Proves("X4")]
    [InlineData(0)]
    [InlineData(1)]
    public void A_forged_signature_below_anAuthority_that_is_not_self_signed_is_refused(int forgedElement)
    {
        var issued = Authority.IssueCertificate(Advisor, new CertificateShape { Intermediates = 2 });
        var bundles = new StaticSource(null, [new X509Bundle(Authority.TrustDomain, [issued.Intermediates[1]])]);
        X509Certificate2[] chain = [issued.Leaf, issued.Intermediates[0]];
        var now = Now;
        Assert.Null(X509SvidValidator.Validate(chain[0], [chain[1]], bundles, now).Error);
        var forged = chain[forgedElement].RawData;
        forged[^5] ^= 1;
        chain[forgedElement] = X509CertificateLoader.LoadCertificate(forged);

        Assert.False(X509SvidValidator.Validate(chain[0], [chain[1]], bundles, now).IsValid);
        Assert.False(X509SvidValidator.Validate(chain[0], [chain[1], Authority.Root], bundles, now).IsValid);
    }

    [Fact, Proves("X4")]
    public void A_root_that_the_peer_sends_along_is_not_trusted()
    {
        using var impostor = new TestAuthority("mesh.test");
        var issued = impostor.IssueCertificate(Advisor, new CertificateShape { Intermediates = 1 });

        var result = X509SvidValidator.Validate(
            issued.Leaf, [.. issued.Intermediates, impostor.Root], new StaticSource(null, [Authority.X509Bundle]), Now);

        Assert.False(result.IsValid);
    }
}
