using System.Net;
using System.Net.Sockets;
using AgentMesh.AuthServer.Hosting;
using AgentMesh.AuthServer.Tokens;
using AgentMesh.ServiceDefaults;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Benchmarks.Exchange;

/// <summary>The authorization server as it is shipped, with SQLite and its audit journal in a temporary folder.</summary>
internal sealed class ExchangeServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("xb-").FullName;
    private readonly WebApplication _app;
    private readonly ParkedPolls _polls = new();

    private ExchangeServer(int agents)
    {
        Address = FreeAddress();
        var identity = Authority.Source(SpiffeId.Parse($"spiffe://{ExchangeMesh.TrustDomain}/service/auth-server"));
        _app = AuthServerHost.Build(
            ["--urls", Address.GetLeftPart(UriPartial.Authority), $"--Mesh:Issuer={Address}", $"--Mesh:AuthServer:DataDirectory={_folder}", $"--Mesh:AuditDirectory={_folder}"],
            builder =>
            {
                builder.AddServiceDefaults();
                builder.Logging.SetMinimumLevel(LogLevel.Warning);
                builder.Services.AddSingleton<IStartupFilter>(_polls);
                builder.Services.AddSingleton(ExchangeMesh.Create(agents));
                builder.Services.AddSingleton<IX509SvidSource>(identity);
                builder.Services.AddSingleton<IX509BundleSource>(identity);
                builder.Services.AddSingleton<IJwtBundleSource>(identity);
                builder.Services.AddSingleton<IJwtSvidSource, NoJwtSvids>();
            });
    }

    public TestAuthority Authority { get; } = new(ExchangeMesh.TrustDomain);

    /// <summary>Its issuer as well.</summary>
    public Uri Address { get; }

    /// <summary>How many polls for events have arrived and are not answered yet.</summary>
    public int Polls => _polls.Count;

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

    private static Uri FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
    }

    private sealed class ParkedPolls : IStartupFilter
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (context, following) =>
            {
                if (!context.Request.Path.StartsWithSegments("/events", StringComparison.Ordinal))
                {
                    await following(context);
                    return;
                }
                Interlocked.Increment(ref _count);
                try
                {
                    await following(context);
                }
                finally
                {
                    Interlocked.Decrement(ref _count);
                }
            });
            next(app);
        };
    }

    internal sealed class NoJwtSvids : IJwtSvidSource
    {
        public ValueTask<JwtSvid> FetchJwtSvidAsync(string audience, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException("The authorization server needs no JWT-SVID of its own.");
    }
}
