using AgentMesh.Auth;
using AgentMesh.AuthServer.Hosting;
using AgentMesh.AuthServer.Storage;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.AuthServer.Tests.Fixtures;

/// <summary>The real server on a real socket, with a certificate authority, a clock and an audit log that the test holds.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly WebApplication _app;

    private RunningServer(WebApplication app, TestAuthority authority, StaticSource identity, FakeTimeProvider time, RecordedAudit audit, Uri https, Uri http) =>
        (_app, Authority, Identity, Time, Audit, Https, Http) = (app, authority, identity, time, audit, https, http);

    public TestAuthority Authority { get; }

    /// <summary>What the Workload API would give the server.</summary>
    public StaticSource Identity { get; }

    public FakeTimeProvider Time { get; }

    public RecordedAudit Audit { get; }

    public Uri Https { get; }

    public Uri Http { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<RunningServer> StartAsync(ServerSetup? setup = null)
    {
        setup ??= new ServerSetup();
        var time = setup.Time ?? new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var authority = setup.Authority ?? new TestAuthority(TestMesh.TrustDomain, time);
        var identity = authority.Source(SpiffeId.Parse(TestMesh.IdOf("auth-server")), setup.Federated);
        var audit = new RecordedAudit();
        var folder = setup.DataDirectory;
        var app = AuthServerHost.Build(
            [
                "--urls", "https://127.0.0.1:0;http://127.0.0.1:0",
                $"--Mesh:Issuer={TestMesh.Issuer}",
                $"--Mesh:AuthServer:DataDirectory={folder.Path}",
                // Polls are answered at once: the clock moves only when a test moves it.
                "--Mesh:AuthServer:ApprovalPollHold=00:00:00",
                .. setup.Arguments,
            ],
            builder =>
            {
                builder.Logging.ClearProviders();
                builder.Services.AddSingleton<TimeProvider>(time);
                builder.Services.AddSingleton(TestMesh.Manifest);
                builder.Services.AddSingleton<IX509SvidSource>(identity);
                builder.Services.AddSingleton<IX509BundleSource>(identity);
                builder.Services.AddSingleton<IJwtBundleSource>(identity);
                builder.Services.AddSingleton<IAuditLog>(audit);
                setup.Configure?.Invoke(builder);
            });
        await app.StartAsync(TestContext.Current.CancellationToken);
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address)).ToArray();
        var server = new RunningServer(app, authority, identity, time, audit, addresses.Single(a => a.Scheme == "https"), addresses.Single(a => a.Scheme == "http"));
        if (setup.OwnsDataDirectory)
        {
            server._owned.Add(folder);
        }
        return server;
    }

    /// <summary>A client that holds the party's X509-SVID.</summary>
    public TestClient ClientOf(string party) => ClientWith(Authority.Source(SpiffeId.Parse(TestMesh.IdOf(party))));

    /// <summary>A client that proves itself to be the party in the given way.</summary>
    public TestClient ClientBy(ClientMethod method, string party) =>
        method == ClientMethod.X509 ? ClientOf(party) : Own(new TestClient(this, identity: null) { Asserted = SpiffeId.Parse(TestMesh.IdOf(party)) });

    public TestClient ClientWith(StaticSource identity) => Own(new TestClient(this, identity));

    /// <summary>A client that verifies the server but presents no certificate.</summary>
    public TestClient AnonymousClient() => Own(new TestClient(this, identity: null));

    public async Task<int> CountUsedProofsAsync()
    {
        await using var context = Services.GetRequiredService<AuthDatabase>().CreateContext();
        return await context.UsedProofs.CountAsync(TestContext.Current.CancellationToken);
    }

    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        foreach (var owned in _owned)
        {
            owned.Dispose();
        }
    }

    private TestClient Own(TestClient client)
    {
        _owned.Insert(0, client);
        return client;
    }
}
