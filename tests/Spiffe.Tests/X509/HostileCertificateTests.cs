using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AgentMesh.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace AgentMesh.Spiffe.Tests.X509;

/// <summary>Whatever bytes arrive, validation answers; it never throws and never accepts.</summary>
public sealed class HostileCertificateTests : IDisposable
{
    private static readonly SpiffeId Advisor = SpiffeId.Parse("spiffe://mesh.test/agent/advisor");
    private readonly TestAuthority _authority = new("mesh.test");

    public void Dispose() => _authority.Dispose();

    private SvidValidation Validate(X509Certificate2 leaf, params X509Certificate2[] intermediates) =>
        X509SvidValidator.Validate(leaf, intermediates, new StaticSource(null, [_authority.X509Bundle]), TimeProvider.System.GetUtcNow());

    [Fact, Proves("X4")]
    public void No_changed_byte_of_an_svid_is_accepted()
    {
        var der = _authority.IssueCertificate(Advisor).Leaf.RawData;

        Prop.ForAll(Gen.Two(Gen.Choose(0, der.Length - 1)).ToArbitrary(), positions =>
        {
            var changed = (byte[])der.Clone();
            changed[positions.Item1] ^= (byte)(1 + (positions.Item2 % 255));
            try
            {
                using var certificate = X509CertificateLoader.LoadCertificate(changed);
                return !Validate(certificate).IsValid;
            }
            catch (CryptographicException)
            {
                // Not a certificate at all: nothing that could reach the validator.
                return true;
            }
        }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(2000));
    }

    [Fact, Proves("X4", "X5")]
    public void Truncated_der_is_no_svid_and_no_bundle_but_no_crash_either()
    {
        var issued = _authority.IssueCertificate(Advisor, new CertificateShape { Intermediates = 1 });
        var (chain, key) = (issued.Chain(), issued.Pkcs8());
        for (var length = 0; length < chain.Length; length++)
        {
            // Whole at the end of the leaf: an SVID without its intermediate.
            if (length == issued.Leaf.RawData.Length)
                continue;
            Assert.Throws<FormatException>(() => X509Svid.Parse(chain.AsMemory(0, length), key));
            X509Bundle.Parse(_authority.TrustDomain, chain.AsMemory(0, length), out var skipped);
            Assert.Equal(length == 0 ? 0 : 1, skipped);
        }
        for (var length = 0; length < key.Length; length++)
            Assert.Throws<FormatException>(() => X509Svid.Parse(chain, key.AsSpan(0, length)));
        X509Svid.Parse(chain, key).Dispose();
    }

    [Fact, Proves("X1")]
    public void Thousands_of_names_are_judged_in_one_pass()
    {
        var names = Enumerable.Range(0, 5000).Select(static i => $"host-{i}.example.org").ToList();
        Assert.True(Validate(_authority.IssueCertificate(Advisor, new CertificateShape { DnsNames = names }).Leaf).IsValid);

        var uris = Enumerable.Range(0, 5000).Select(static i => $"spiffe://mesh.test/agent/a{i}").ToList();
        Assert.Equal("it has more than one URI SAN", Validate(_authority.IssueCertificate(Advisor, new CertificateShape { Uris = uris }).Leaf).Error);
    }

    [Fact, Proves("X1", "ID3")]
    public void A_uri_name_of_a_megabyte_is_refused()
    {
        var uri = "spiffe://mesh.test/".PadRight(1 << 20, 'a');

        Assert.Contains("longer than 2048 bytes", Validate(_authority.IssueCertificate(Advisor, new CertificateShape { Uris = [uri] }).Leaf).Error, StringComparison.Ordinal);
    }

    [Fact, Proves("X1", "X4")]
    public void An_extension_that_comes_twice_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
            writer.WriteCharacterString(UniversalTagNumber.IA5String, Advisor.ToString(), new Asn1Tag(TagClass.ContextSpecific, 6));
        var der = Certificate(key,
            new X509BasicConstraintsExtension(false, false, 0, true),
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true),
            new X509Extension("2.5.29.17", writer.Encode(), true),
            new X509Extension("2.5.29.18", writer.Encode(), true));
        // The builder refuses the same extension twice, so the second is renamed afterwards.
        der[der.AsSpan().IndexOf<byte>((ReadOnlySpan<byte>)[0x55, 0x1d, 0x12]) + 2] = 0x11;
        using var leaf = X509CertificateLoader.LoadCertificate(der);

        Assert.Equal("an extension is there twice", X509SvidValidator.ReadId(leaf).Error);
    }

    [Theory, Proves("X1", "X2")]
    [InlineData("2.5.29.17")]
    [InlineData("2.5.29.15")]
    [InlineData("2.5.29.19")]
    [InlineData("2.5.29.37")]
    public void Nonsense_in_an_extension_is_refused(string oid)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), nonsense =>
        {
            try
            {
                using var leaf = X509CertificateLoader.LoadCertificate(Certificate(key, new X509Extension(oid, nonsense, true)));
                return !X509SvidValidator.ReadId(leaf).IsValid;
            }
            catch (CryptographicException)
            {
                return true;
            }
        }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(200));
    }

    [Fact, Proves("X4")]
    public void A_chain_of_any_length_ends_somewhere()
    {
        var issued = _authority.IssueCertificate(Advisor, new CertificateShape { Intermediates = X509SvidValidator.MaxIntermediates });
        Assert.True(Validate(issued.Leaf, [.. issued.Intermediates]).IsValid);

        var longer = _authority.IssueCertificate(Advisor, new CertificateShape { Intermediates = X509SvidValidator.MaxIntermediates + 1 });
        Assert.Equal("it came with too many certificates", Validate(longer.Leaf, [.. longer.Intermediates]).Error);
    }

    [Fact, Proves("X4")]
    public void Intermediates_that_have_nothing_to_do_with_it_change_nothing()
    {
        using var other = new TestAuthority("other.test");
        var issued = _authority.IssueCertificate(Advisor);

        Assert.True(Validate(issued.Leaf, other.Root, issued.Leaf, other.IssueCertificate(other.Id("/a")).Leaf).IsValid);
    }

    private static byte[] Certificate(ECDsa key, params X509Extension[] extensions)
    {
        var request = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256);
        foreach (var extension in extensions)
            request.CertificateExtensions.Add(extension);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddMinutes(-1), now.AddMinutes(1));
        return certificate.RawData;
    }
}
