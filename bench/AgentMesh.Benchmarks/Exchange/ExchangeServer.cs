using AgentMesh.AuthServer.Hosting;
using AgentMesh.AuthServer.Tokens;
using AgentMesh.ServiceDefaults;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Benchmarks.Exchange;

/// <summary>The authorization server as it is shipped, with SQLite and its audit journal in a temporary folder.</summary>
internal sealed class ExchangeServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("xb-").FullName;
    private readonly WebApplication _app;

    private ExchangeServer(int agents)
    {
        var identity = Authority.Source(SpiffeId.Parse($"spiffe://{ExchangeMesh.TrustDomain}/service/auth-server"));
        _app = AuthServerHost.Build(
            ["--urls", "https://127.0.0.1:0", "--Mesh:Issuer=https://auth-server.bench/", $"--Mesh:AuthServer:DataDirectory={_folder}", $"--Mesh:AuditDirectory={_folder}"],
            builder =>
            {
                builder.AddServiceDefaults();
                builder.Logging.SetMinimumLevel(LogLevel.Warning);
                builder.Services.AddSingleton(ExchangeMesh.Create(agents));
                builder.Services.AddSingleton<IX509SvidSource>(identity);
                builder.Services.AddSingleton<IX509BundleSource>(identity);
                builder.Services.AddSingleton<IJwtBundleSource>(identity);
                builder.Services.AddSingleton<IJwtSvidSource, NoJwtSvids>();
            });
    }

    public TestAuthority Authority { get; } = new(ExchangeMesh.TrustDomain);

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public static async Task<ExchangeServer> StartAsync(int agents)
    {
        var server = new ExchangeServer(agents);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>A client with the identity of an agent, which keeps one HTTP/2 connection.</summary>
    public HttpClient ClientOf(int agent) => ClientOf(ExchangeMesh.IdOf(agent));

    /// <summary>A client with any identity of the mesh.</summary>
    public HttpClient ClientOf(string spiffeId)
    {
        var identity = Authority.Source(SpiffeId.Parse(spiffeId));
        return new HttpClient(SpiffeTls.CreateHandler(identity, identity, Authorize.MemberOf(Authority.TrustDomain)))
        {
            BaseAddress = Address,
            DefaultRequestVersion = new Version(2, 0),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    /// <summary>A token that the agent was called with; each one is new, so nothing can be remembered about it.</summary>
    public string SubjectTokenFor(int agent)
    {
        var now = TimeProvider.System.GetUtcNow();
        return _app.Services.GetRequiredService<AccessTokenWriter>().Write(new AccessToken
        {
            Id = TokenIdentifier.Create(),
            Subject = $"spiffe://{ExchangeMesh.TrustDomain}/operator/person",
            ClientId = $"spiffe://{ExchangeMesh.TrustDomain}/operator/person",
            Audience = ExchangeMesh.IdOf(agent),
            Scope = "work",
            TransactionId = TokenIdentifier.Create(),
            IssuedAt = now,
            ExpiresAt = now + TimeSpan.FromMinutes(5),
            Thumbprint = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2",
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Authority.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class NoJwtSvids : IJwtSvidSource
    {
        public ValueTask<JwtSvid> FetchJwtSvidAsync(string audience, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException("The authorization server needs no JWT-SVID of its own.");
    }
}
