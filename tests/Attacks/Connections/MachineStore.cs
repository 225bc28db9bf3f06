using System.Security.Cryptography.X509Certificates;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Connections;

/// <summary>The machine's store of trusted authorities, for as long as a test runs with one more in it: the current user's.</summary>
internal sealed class MachineStore : IDisposable
{
    private readonly X509Store _store = new(StoreName.Root, StoreLocation.CurrentUser);
    private readonly X509Certificate2 _authority;

    private MachineStore(X509Certificate2 authority)
    {
        _authority = authority;
        _store.Open(OpenFlags.ReadWrite);
        _store.Add(authority);
    }

    public static MachineStore Trusting(TestAuthority authority) => new(X509CertificateLoader.LoadCertificate(authority.Root.RawData));

    /// <summary>Whether a program that believes the machine's store would accept the certificate.</summary>
    public static bool Trusts(IssuedCertificate certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
#pragma warning disable RS0030 // Banned because it believes the machine's store, which is what is wanted here.
        return chain.Build(certificate.Leaf);
#pragma warning restore RS0030
    }

    public void Dispose()
    {
        _store.Remove(_authority);
        _store.Dispose();
        _authority.Dispose();
    }
}
