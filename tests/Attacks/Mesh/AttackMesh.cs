using AgentMesh.Spiffe;
using AgentMesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.Attacks.Tests.Mesh;

/// <summary>Attacks that share one mesh. They move its clock by seconds at most; an attack that needs more time brings a mesh of its own.</summary>
[CollectionDefinition(nameof(AttackMesh))]
public sealed class SharedAttackMesh : ICollectionFixture<AttackMesh>;

/// <summary>
/// The real authorization server and real agents behind the library's inbound half, on loopback sockets. The certificate authority and the
/// clock are the test's.
/// </summary>
public sealed class AttackMesh : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("atk");
    private readonly List<Callee> _callees = [];
    private readonly List<IDisposable> _owned = [];
    private readonly (string, string)[] _settings;
    private readonly bool _behindAFront;
    private readonly bool _behindAnEndOfTls;

    public AttackMesh()
        : this([], behindAFront: false)
    {
    }

    private AttackMesh((string, string)[] settings, bool behindAFront, bool behindAnEndOfTls = false)
    {
        (_settings, _behindAFront, _behindAnEndOfTls) = (settings, behindAFront, behindAnEndOfTls);
        Authority = new TestAuthority(AttackManifest.TrustDomain, Clock);
        File.WriteAllText(Path.Combine(_folder.FullName, "mesh.json"), AttackManifest.Json);
    }

    internal FakeTimeProvider Clock { get; } = new(TimeProvider.System.GetUtcNow());

    /// <summary>The trust domain's certificate authority.</summary>
    internal TestAuthority Authority { get; }

    internal Issuer Issuer { get; private set; } = null!;

    internal CompromisedFront? Front { get; private set; }

    internal TlsEnd? End { get; private set; }

    /// <summary>The settings of a party that reaches the authorization server through an end of TLS.</summary>
    internal static (string, string)[] BehindAnEndOfTls => [("Mesh:ClientAuthentication", "jwt"), ("Mesh:AuthorizationServer:Trust", "system")];

    internal Callee RiskAnalyst { get; private set; } = null!;

    internal Callee Trader { get; private set; } = null!;

    internal Callee MarketData { get; private set; } = null!;

    /// <summary>A mesh for one test.</summary>
    internal static Task<AttackMesh> StartAsync(params (string, string)[] settings) => StartAsync(new AttackMesh(settings, behindAFront: false));

    /// <summary>A mesh for one test, in which somebody took over what stands in front of the authorization server.</summary>
    internal static Task<AttackMesh> StartBehindAFrontAsync() => StartAsync(new AttackMesh([], behindAFront: true));

    /// <summary>A mesh for one test, in which TLS ends before the authorization server.</summary>
    internal static Task<AttackMesh> StartBehindAnEndOfTlsAsync() => StartAsync(new AttackMesh(BehindAnEndOfTls, behindAFront: false, behindAnEndOfTls: true));

    private static async Task<AttackMesh> StartAsync(AttackMesh mesh)
    {
        await mesh.InitializeAsync();
        return mesh;
    }

    public async ValueTask InitializeAsync()
    {
        if (_behindAFront)
            Front = await CompromisedFront.StartAsync(this);
        if (_behindAnEndOfTls)
            End = await TlsEnd.StartAsync(this);
        Issuer = await Issuer.StartAsync(this, Front?.Address ?? End?.Address);
        RiskAnalyst = await StartAsync("risk-analyst");
        Trader = await StartAsync("trader");
        MarketData = await StartAsync("market-data");
    }

    internal async Task<Callee> StartAsync(string name, bool waitsUntilReady = true)
    {
        var callee = await Callee.StartAsync(this, name, _settings, waitsUntilReady);
        _callees.Add(callee);
        return callee;
    }

    internal async Task RestartIssuerAsync()
    {
        await Issuer.DisposeAsync();
        Issuer = await Issuer.StartAsync(this, port: Issuer.Address.Port);
    }

    /// <summary>A process that holds a fresh SVID of this name.</summary>
    internal Workload Workload(string name) => WorkloadOf(Authority, SourceOf(name));

    internal Workload WorkloadOf(TestAuthority authority, StaticSource identity)
    {
        var workload = new Workload(this, authority, identity);
        _owned.Add(workload);
        return workload;
    }

    /// <summary>The token that an operator's request for advice reaches the advisor with.</summary>
    internal async Task<string> AdviceTokenAsync()
    {
        using var local = Workload("local");
        return (await local.BeginAsync("advisor", "portfolio.advise")).Token;
    }

    /// <summary>The token with which this advisor, asked for advice, calls the risk-analyst.</summary>
    internal async Task<string> ScoreTokenAsync(Workload advisor) => (await advisor.ExchangeAsync(await AdviceTokenAsync(), "risk-analyst", "risk.score")).Token;

    /// <summary>The honest twin: the advisor, asked for advice, has the portfolio scored.</summary>
    internal async Task AssertHonestCallPassesAsync(Workload? advisor = null)
    {
        using var own = advisor is null ? Workload("advisor") : null;
        Allowed.By(RiskAnalyst, await (advisor ?? own!).CallAsync(RiskAnalyst, await ScoreTokenAsync(advisor ?? own!)));
    }

    internal StaticSource SourceOf(string name, params IEnumerable<TestAuthority> federated) =>
        Authority.Source(SpiffeId.Parse(AttackManifest.IdOf(name)), federated);

    internal Dictionary<string, string?> Settings(string name, params (string Name, string Value)[] more)
    {
        Dictionary<string, string?> settings = new()
        {
            ["Mesh:Manifest"] = Path.Combine(_folder.FullName, "mesh.json"),
            ["Mesh:Name"] = name,
            ["Mesh:Issuer"] = Issuer.Name.ToString(),
            // Tests move the clock by minutes at once, which ends a poll but is no loss.
            ["Mesh:Server:RevocationMaxStaleness"] = "01:00:00",
        };
        foreach (var (key, value) in more)
            settings[key] = value;
        return settings;
    }

    internal void AddSources(IServiceCollection services, StaticSource identity) => services.AddSingleton<TimeProvider>(Clock)
        .AddSingleton<IX509SvidSource>(identity).AddSingleton<IX509BundleSource>(identity).AddSingleton<IJwtBundleSource>(identity)
        .AddSingleton<IJwtSvidSource>(new JwtSvids(this, identity));

    internal string Folder(string name) => Directory.CreateDirectory(Path.Combine(_folder.FullName, name)).FullName;

    public async ValueTask DisposeAsync()
    {
        _owned.ForEach(o => o.Dispose());
        foreach (var callee in _callees)
            await callee.DisposeAsync();
        if (Front is not null)
            await Front.DisposeAsync();
        if (End is not null)
            await End.DisposeAsync();
        await Issuer.DisposeAsync();
        Authority.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    private sealed class JwtSvids(AttackMesh mesh, StaticSource identity) : IJwtSvidSource
    {
        public ValueTask<JwtSvid> FetchJwtSvidAsync(string audience, CancellationToken cancellationToken = default) => new(
            JwtSvidValidator.Validate(mesh.Authority.IssueJwt(identity.GetX509Svid().Id, audience), identity, audience, mesh.Clock.GetUtcNow()).Svid!);
    }
}
