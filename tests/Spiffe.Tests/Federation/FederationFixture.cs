using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using AgentMesh.Spiffe.Tests.WorkloadApi;
using AgentMesh.Testing;
using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.Spiffe.Tests.Federation;

/// <summary>Another trust domain with bundle endpoints of either profile, and a clock that stands still unless it is moved.</summary>
public abstract class FederationFixture : IDisposable
{
    protected FederationFixture()
    {
        Other = new TestAuthority("other.test", Time);
        WebAuthority = new TestAuthority("web.test", Time);
        ServerId = Other.Id("/bundle-server");
        OtherServer = Other.Source(ServerId);
    }

    protected FakeTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());

    /// <summary>The trust domain whose bundle is served.</summary>
    protected TestAuthority Other { get; }

    /// <summary>Stands for the machine's public authorities.</summary>
    protected TestAuthority WebAuthority { get; }

    /// <summary>Who serves the bundle over https_spiffe.</summary>
    protected SpiffeId ServerId { get; }

    protected StaticSource OtherServer { get; }

    protected RecordedLog Log { get; } = new();

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Other.Dispose();
        WebAuthority.Dispose();
        Log.Dispose();
    }

    protected Task<BundleServer> SpiffeServerAsync() => BundleServer.StartAsync(
        () => SpiffeTls.ServerOptions(OtherServer, OtherServer, Authorize.AnyPeer(), clientCertificateRequired: false, time: Time), () => Other.Bundle);

    protected Task<BundleServer> WebServerAsync(string name = "localhost")
    {
        var issued = WebAuthority.IssueCertificate(WebAuthority.Id("/unused"), new CertificateShape { Uris = [], DnsNames = [name] });
        var context = SslStreamCertificateContext.Create(issued.Leaf, [], offline: true);
        return BundleServer.StartAsync(() => new SslServerAuthenticationOptions { ServerCertificateContext = context }, () => Other.Bundle);
    }

    protected BundleEndpointClient Client() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { WebAuthority.Root },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        },
    }, Time);

    protected FederatedBundles Federated(BundleEndpointClient client, IX509BundleSource? own = null) => new(client, own, Time, Log);

    protected static StaticSource Nothing => new(null, []);

    protected static Task AddAsync(FederatedBundles federated, BundleEndpoint endpoint) => UpdatedAsync(federated, () => federated.Add(endpoint));

    protected Task PolledAsync(FederatedBundles federated) => UpdatedAsync(federated, () => Time.Advance(TimeSpan.FromMinutes(5)));

    private static async Task UpdatedAsync(FederatedBundles federated, Action change)
    {
        var updated = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Handler(TrustDomain _) => updated.TrySetResult();
        federated.Updated += Handler;
        change();
        await updated.Task.WaitAsync(Cancellation);
        federated.Updated -= Handler;
    }
}
