using AgentMesh.Testing;

namespace AgentMesh.Spiffe.Tests.X509;

/// <summary>An authority, and whether a certificate of it is an SVID.</summary>
public abstract class X509Fixture : IDisposable
{
    protected static readonly SpiffeId Advisor = SpiffeId.Parse("spiffe://mesh.test/agent/advisor");

    protected TestAuthority Authority { get; } = new("mesh.test");

    protected static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Authority.Dispose();
    }

    protected SvidValidation Validate(CertificateShape shape)
    {
        var issued = Authority.IssueCertificate(Advisor, shape);
        return X509SvidValidator.Validate(issued.Leaf, issued.Intermediates, new StaticSource(null, [Authority.X509Bundle]), Now);
    }

    protected void Refused(string reason, CertificateShape shape)
    {
        var result = Validate(shape);

        Assert.False(result.IsValid);
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
    }
}
