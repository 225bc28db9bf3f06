using System.Security.Cryptography.X509Certificates;
using AgentMesh.Testing;

namespace AgentMesh.Spiffe.Tests.X509;

/// <summary>The leaf's profile and the path to the bundle, each defect on its own.</summary>
public sealed class X509ProfileTests : IDisposable
{
    private static readonly SpiffeId Advisor = SpiffeId.Parse("spiffe://mesh.test/agent/advisor");
    private readonly TestAuthority _authority = new("mesh.test");

    public void Dispose() => _authority.Dispose();

    private SvidValidation Validate(CertificateShape shape, TestAuthority? issuer = null, SpiffeId? id = null)
    {
        var issued = (issuer ?? _authority).IssueCertificate(id ?? Advisor, shape);
        return X509SvidValidator.Validate(
            issued.Leaf, issued.Intermediates, new StaticSource(null, [_authority.X509Bundle]), TimeProvider.System.GetUtcNow());
    }

    private void Refused(string reason, CertificateShape shape)
    {
        var result = Validate(shape);

        Assert.False(result.IsValid);
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
    }

    [Theory, Proves("X1", "X2", "X3", "X4")]
    [InlineData(TestKeyKind.P256, 0)]
    [InlineData(TestKeyKind.P384, 1)]
    [InlineData(TestKeyKind.Rsa2048, 2)]
    public void A_proper_svid_is_accepted(TestKeyKind key, int intermediates)
    {
        var result = Validate(new CertificateShape { Key = key, Intermediates = intermediates });

        Assert.Null(result.Error);
        Assert.Equal(Advisor, result.Id);
    }

    [Fact, Proves("X3")]
    public void The_key_usages_and_names_that_spire_adds_are_accepted() => Assert.True(Validate(new CertificateShape
    {
        KeyUsages = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.KeyAgreement,
        Subject = "C=US, O=SPIRE",
        DnsNames = ["advisor.example.org"],
        SubjectAlternativeNameCritical = false,
    }).IsValid);

    [Fact, Proves("X3")]
    public void An_extended_key_usage_may_be_missing() => Assert.True(Validate(new CertificateShape { ExtendedKeyUsages = [] }).IsValid);

    [Fact, Proves("X1")]
    public void Two_uri_names_are_refused_even_when_only_one_is_a_spiffe_id() =>
        Refused("more than one URI SAN", new CertificateShape { Uris = [Advisor.ToString(), "https://example.org/"] });

    [Fact, Proves("X1")]
    public void The_same_uri_name_twice_is_refused() =>
        Refused("more than one URI SAN", new CertificateShape { Uris = [Advisor.ToString(), Advisor.ToString()] });

    [Fact, Proves("X1")]
    public void No_uri_name_is_refused() => Refused("no URI SAN", new CertificateShape { Uris = [], DnsNames = ["example.org"] });

    [Fact, Proves("X1")]
    public void No_names_at_all_are_refused() => Refused("no URI SAN", new CertificateShape { Uris = [], Subject = "CN=x" });

    [Fact, Proves("X1")]
    public void A_name_that_is_not_critical_under_an_empty_subject_is_refused() =>
        Refused("not critical", new CertificateShape { SubjectAlternativeNameCritical = false });

    [Theory, Proves("X1", "ID1")]
    [InlineData("https://mesh.test/agent/advisor")]
    [InlineData("spiffe://mesh.test/agent/%61dvisor")]
    [InlineData("SPIFFE://mesh.test/agent/advisor")]
    public void A_uri_name_that_is_no_spiffe_id_is_refused(string uri) =>
        Refused("not a SPIFFE ID", new CertificateShape { Uris = [uri] });

    [Fact, Proves("X2")]
    public void An_id_without_a_path_is_refused() => Refused("has no path", new CertificateShape { Uris = ["spiffe://mesh.test"] });

    [Fact, Proves("X2", "X4")]
    public void A_signing_certificate_is_refused() => Refused("signing certificate", new CertificateShape { CertificateAuthority = true });

    [Theory, Proves("X2")]
    [InlineData(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign)]
    [InlineData(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.CrlSign)]
    public void A_leaf_that_may_sign_certificates_or_lists_is_refused(X509KeyUsageFlags usages) =>
        Refused("keyCertSign or cRLSign", new CertificateShape { KeyUsages = usages });

    [Fact, Proves("X3")]
    public void A_leaf_that_may_not_sign_a_handshake_is_refused() =>
        Refused("lacks digitalSignature", new CertificateShape { KeyUsages = X509KeyUsageFlags.KeyEncipherment });

    [Fact, Proves("X3")]
    public void A_leaf_without_key_usage_is_refused() => Refused("no key usage", new CertificateShape { KeyUsages = null });

    [Theory, Proves("X3")]
    [InlineData(CertificateShape.ServerAuth)]
    [InlineData(CertificateShape.ClientAuth)]
    [InlineData(CertificateShape.CodeSigning)]
    public void A_leaf_for_only_one_side_of_a_connection_is_refused(string purpose) =>
        Refused("extended key usage", new CertificateShape { ExtendedKeyUsages = [purpose] });

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
            Uris = [_authority.TrustDomain.Id.ToString()],
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
    public void A_leaf_in_a_bundle_is_no_authority()
    {
        var issued = _authority.IssueCertificate(Advisor, new CertificateShape { Intermediates = 1, IntermediateShape = new CertificateShape { Subject = "CN=leaf" } });
        var bundles = new StaticSource(null, [new X509Bundle(_authority.TrustDomain, [issued.Intermediates[0], issued.Leaf])]);

        Assert.False(X509SvidValidator.Validate(issued.Leaf, [], bundles, TimeProvider.System.GetUtcNow()).IsValid);
        Assert.False(X509SvidValidator.Validate(issued.Intermediates[0], [], bundles, TimeProvider.System.GetUtcNow()).IsValid);
    }

    [Fact, Proves("X4")]
    public void An_authority_of_the_bundle_does_not_authenticate()
    {
        var result = X509SvidValidator.Validate(_authority.Root, [], new StaticSource(null, [_authority.X509Bundle]), TimeProvider.System.GetUtcNow());

        Assert.False(result.IsValid);
    }

    [Fact, Proves("WA9")]
    public void An_authority_of_another_trust_domain_cannot_name_an_id_of_this_one()
    {
        using var other = new TestAuthority("other.test");
        var issued = other.IssueCertificate(Advisor);
        var bundles = new StaticSource(null, [_authority.X509Bundle, other.X509Bundle]);

        var result = X509SvidValidator.Validate(issued.Leaf, [], bundles, TimeProvider.System.GetUtcNow());

        Assert.False(result.IsValid);
        Assert.Contains("not issued by an authority", result.Error, StringComparison.Ordinal);
    }

    [Fact, Proves("WA9")]
    public void A_peer_is_verified_with_its_own_trust_domains_bundle()
    {
        using var other = new TestAuthority("other.test");
        var issued = other.IssueCertificate(other.Id("/agent/a"));
        var now = TimeProvider.System.GetUtcNow();

        Assert.True(X509SvidValidator.Validate(issued.Leaf, [], new StaticSource(null, [_authority.X509Bundle, other.X509Bundle]), now).IsValid);
        var result = X509SvidValidator.Validate(issued.Leaf, [], new StaticSource(null, [_authority.X509Bundle]), now);
        Assert.Equal("there is no bundle for its trust domain other.test", result.Error);
    }

    [Fact, Proves("B1", "WA9")]
    public void An_empty_bundle_trusts_nothing()
    {
        var issued = _authority.IssueCertificate(Advisor);

        Assert.False(X509SvidValidator.Validate(
            issued.Leaf, [], new StaticSource(null, [new X509Bundle(_authority.TrustDomain, [])]), TimeProvider.System.GetUtcNow()).IsValid);
    }

    [Theory, Proves("X4")]
    [InlineData(-20, -10, "expired")]
    [InlineData(10, 20, "not valid before")]
    public void The_time_of_verification_counts(int fromMinutes, int toMinutes, string reason)
    {
        var now = TimeProvider.System.GetUtcNow();
        Refused(reason, new CertificateShape { NotBefore = now.AddMinutes(fromMinutes), NotAfter = now.AddMinutes(toMinutes) });
    }

    [Fact, Proves("X4")]
    public void The_time_of_verification_is_the_callers_not_the_machines()
    {
        var issued = _authority.IssueCertificate(Advisor);
        var bundles = new StaticSource(null, [_authority.X509Bundle]);
        var now = TimeProvider.System.GetUtcNow();

        Assert.True(X509SvidValidator.Validate(issued.Leaf, [], bundles, now.AddMinutes(29)).IsValid);
        Assert.False(X509SvidValidator.Validate(issued.Leaf, [], bundles, now.AddMinutes(31)).IsValid);
    }

    [Fact, Proves("X4")]
    public void Authorities_before_and_after_a_rotation_both_verify()
    {
        var before = _authority.IssueCertificate(Advisor);
        _authority.RotateX509Authority();
        var after = _authority.IssueCertificate(Advisor);
        var now = TimeProvider.System.GetUtcNow();
        var bundles = new StaticSource(null, [_authority.X509Bundle]);

        Assert.True(X509SvidValidator.Validate(before.Leaf, [], bundles, now).IsValid);
        Assert.True(X509SvidValidator.Validate(after.Leaf, [], bundles, now).IsValid);
        _authority.ForgetOldestX509Authority();
        bundles.Update(null, [_authority.X509Bundle]);
        Assert.False(X509SvidValidator.Validate(before.Leaf, [], bundles, now).IsValid);
        Assert.True(X509SvidValidator.Validate(after.Leaf, [], bundles, now).IsValid);
    }

    [Fact, Proves("X4")]
    public void An_authority_that_is_not_self_signed_is_a_trust_anchor_too()
    {
        var issued = _authority.IssueCertificate(Advisor, new CertificateShape { Intermediates = 1 });
        var bundles = new StaticSource(null, [new X509Bundle(_authority.TrustDomain, issued.Intermediates)]);
        var now = TimeProvider.System.GetUtcNow();

        Assert.Null(X509SvidValidator.Validate(issued.Leaf, [], bundles, now).Error);
        // The same with the anchor's own issuer sent along.
        Assert.Null(X509SvidValidator.Validate(issued.Leaf, [_authority.Root], bundles, now).Error);
    }

    [Theory, Proves("X4")]
    [InlineData(0)]
    [InlineData(1)]
    public void A_forged_signature_below_an_authority_that_is_not_self_signed_is_refused(int forgedElement)
    {
        var issued = _authority.IssueCertificate(Advisor, new CertificateShape { Intermediates = 2 });
        var bundles = new StaticSource(null, [new X509Bundle(_authority.TrustDomain, [issued.Intermediates[1]])]);
        X509Certificate2[] chain = [issued.Leaf, issued.Intermediates[0]];
        var now = TimeProvider.System.GetUtcNow();
        Assert.Null(X509SvidValidator.Validate(chain[0], [chain[1]], bundles, now).Error);
        var forged = chain[forgedElement].RawData;
        forged[^5] ^= 1;
        chain[forgedElement] = X509CertificateLoader.LoadCertificate(forged);

        Assert.False(X509SvidValidator.Validate(chain[0], [chain[1]], bundles, now).IsValid);
        Assert.False(X509SvidValidator.Validate(chain[0], [chain[1], _authority.Root], bundles, now).IsValid);
    }

    [Fact, Proves("X4")]
    public void A_root_that_the_peer_sends_along_is_not_trusted()
    {
        using var impostor = new TestAuthority("mesh.test");
        var issued = impostor.IssueCertificate(Advisor, new CertificateShape { Intermediates = 1 });

        var result = X509SvidValidator.Validate(
            issued.Leaf, [.. issued.Intermediates, impostor.Root], new StaticSource(null, [_authority.X509Bundle]), TimeProvider.System.GetUtcNow());

        Assert.False(result.IsValid);
    }
}
