using System.Security.Cryptography.X509Certificates;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using AgentMesh.WorkloadApi.Authorities;

namespace AgentMesh.WorkloadApi.Tests.Authorities;

public sealed class X509AuthorityTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly SpiffeId Id = SpiffeId.Parse("spiffe://mesh.test/agent/me");

    [Fact]
    public void Nothing_that_it_signs_outlives_it()
    {
        using var authority = new X509Authority(TrustDomain.Parse("mesh.test"), Now, TimeSpan.FromHours(1));

        var svid = authority.Issue(Id, Now.AddMinutes(50), TimeSpan.FromMinutes(30));
        using var leaf = X509CertificateLoader.LoadCertificate(svid.Certificate);

        Assert.Equal(Now.AddHours(1), leaf.NotAfter.ToUniversalTime());
        Assert.InRange(svid.RenewAt, Now.AddMinutes(54.5), Now.AddMinutes(55));
    }

    [Fact]
    public void Renewal_is_due_in_the_last_tenth_before_half_of_the_life_and_not_for_all_at_once()
    {
        using var authority = new X509Authority(TrustDomain.Parse("mesh.test"), Now, TimeSpan.FromHours(24));

        var due = Enumerable.Range(0, 200).Select(_ => authority.Issue(Id, Now, TimeSpan.FromMinutes(30)).RenewAt).ToArray();

        Assert.All(due, at => Assert.InRange(at, Now.AddMinutes(13.5), Now.AddMinutes(15)));
        Assert.True(due.Distinct().Count() > 100);
    }

    [Fact]
    public async Task Many_threads_get_SVIDs_that_all_verify_and_no_two_serial_numbers_are_equal()
    {
        using var authority = new X509Authority(TrustDomain.Parse("mesh.test"), Now, TimeSpan.FromHours(24));
        var root = authority.Certificate;
        var source = new StaticSource(null, [new X509Bundle(TrustDomain.Parse("mesh.test"), [root])]);

        var issued = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => authority.Issue(Id, Now, TimeSpan.FromMinutes(30)))));

        var serials = new HashSet<string>();
        foreach (var svid in issued)
        {
            using var leaf = X509CertificateLoader.LoadCertificate(svid.Certificate);
            Assert.True(X509SvidValidator.Validate(leaf, [], source, Now).IsValid);
            Assert.True(serials.Add(leaf.SerialNumber));
            Assert.Equal(0, leaf.SerialNumberBytes.Span[0] & 0x80);
        }
    }

    [Fact]
    [Proves("X4")]
    public void An_authority_is_no_identity()
    {
        using var authority = new X509Authority(TrustDomain.Parse("mesh.test"), Now, TimeSpan.FromHours(24));
        var certificate = authority.Certificate;
        var source = new StaticSource(null, [new X509Bundle(TrustDomain.Parse("mesh.test"), [certificate])]);

        Assert.False(X509SvidValidator.Validate(certificate, [], source, Now).IsValid);
    }

    [Fact]
    public void A_forgotten_key_is_gone_and_an_SVID_does_not_print_its_key()
    {
        using var authority = new X509Authority(TrustDomain.Parse("mesh.test"), Now, TimeSpan.FromHours(24));
        var svid = authority.Issue(Id, Now, TimeSpan.FromMinutes(30));
        var key = Convert.ToBase64String(svid.PrivateKey);

        Assert.DoesNotContain(key[40..60], svid.ToString(), StringComparison.Ordinal);
        svid.Forget();

        Assert.All(svid.PrivateKey, b => Assert.Equal(0, b));
    }
}
