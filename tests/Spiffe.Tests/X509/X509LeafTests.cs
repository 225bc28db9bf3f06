using System.Security.Cryptography.X509Certificates;
using AgentMesh.Testing;

namespace AgentMesh.Spiffe.Tests.X509;

/// <summary>The leaf's profile, each defect on its own.</summary>
public sealed class X509LeafTests : X509Fixture
{
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
}
