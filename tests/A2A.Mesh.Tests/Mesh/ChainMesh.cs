using AgentMesh.Auth;
using AgentMesh.Auth.AspNetCore;
using AgentMesh.AuthServer.Hosting;
using AgentMesh.Registry;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentMesh.A2A.Mesh.Tests.Mesh;

/// <summary>
/// The real authorization server, the real registry and agents made of the library, on loopback sockets. The certificate authority and the clock
/// are the test's.
/// </summary>
public sealed class ChainMesh : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("a2a");
    private readonly List<IAsyncDisposable> _running = [];
    private readonly Dictionary<string, Uri> _addresses = [];
    private readonly Dictionary<string, StaticSource> _sources = [];
    private WebApplication? _registry;

    public ChainMesh()
    {
        Authority = new TestAuthority(ChainManifest.TrustDomain, Clock);
        File.WriteAllText(ManifestPath, ChainManifest.Json);
        foreach (var name in ChainManifest.Manifest.Agents.Keys.Concat(["auth-server", "registry"]))
            _addresses[name] = FreeAddress();
    }

    internal MovableClock Clock { get; } = new();

    internal TestAuthority Authority { get; }

    internal RecordedAudit RegistryAudit { get; } = new();

    internal Uri Issuer => _addresses["auth-server"];

    internal Uri RegistryAddress => _addresses["registry"];

    private string ManifestPath => Path.Combine(_folder.FullName, "mesh.json");

    internal Uri AddressOf(string party) => _addresses[party];

    internal StaticSource SourceOf(string party)
    {
        lock (_sources)
            return _sources.TryGetValue(party, out var known) ? known : _sources[party] = Authority.Source(SpiffeId.Parse(ChainManifest.IdOf(party)));
    }

    public async ValueTask InitializeAsync()
    {
        await StartIssuerAsync();
        await StartRegistryAsync();
    }

    internal async Task StartRegistryAsync()
    {
        _registry = RegistryHost.Build([], builder =>
        {
            builder.Logging.ClearProviders();
            builder.Configuration.AddInMemoryCollection(Settings("registry", ("urls", Text(RegistryAddress)), ("Mesh:DataDirectory", Path.Combine(_folder.FullName, "registry"))));
            AddSources(builder.Services, SourceOf("registry"));
            builder.Services.AddSingleton<IAuditLog>(RegistryAudit);
        });
        await _registry.StartAsync();
        await Ready.WaitAsync(_registry.Services);
    }

    internal async Task StopRegistryAsync()
    {
        await _registry!.DisposeAsync();
        _registry = null;
    }

    /// <summary>An agent with skills, registered by the time this returns unless it is not to be waited for.</summary>
    internal async Task<RunningAgent> StartAsync(string name, Action<WebApplicationBuilder> build, bool registers = true, bool waits = true, Action<WebApplication>? map = null)
    {
        var audit = new RecordedAudit();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(Settings(name, ("urls", Text(_addresses[name]))));
        if (!registers)
            builder.Configuration[$"services:registry:https:0"] = null;
        AddSources(builder.Services, SourceOf(name));
        builder.Services.AddSingleton<IAuditLog>(audit);
        builder.AddAgentServer();
        build(builder);
        var app = builder.Build();
        app.UseAgentServer();
        app.MapSkills();
        map?.Invoke(app);
        await app.StartAsync();
        if (waits)
            await Ready.WaitAsync(app.Services);
        var agent = new RunningAgent(app, name, _addresses[name], audit);
        _running.Add(agent);
        if (registers && waits)
            await RegisteredAsync(name);
        return agent;
    }

    /// <summary>The states of the tasks that an agent of the chain made of the one before it, for a subject.</summary>
    internal async Task<IReadOnlyList<TaskState>> TasksAsync(string agent, string caller, string? subject = null)
    {
        var store = _running.OfType<RunningAgent>().Last(each => each.Name == agent).Services.GetRequiredService<ITaskStore>();
        var owner = subject is null || subject == caller ? ChainManifest.IdOf(caller) : $"{ChainManifest.IdOf(caller)}\n{ChainManifest.IdOf(subject)}";
        var page = await store.ListAsync(owner, new TaskQuery(), TestContext.Current.CancellationToken);
        return [.. page.Tasks.Select(task => task.Status.State)];
    }

    /// <summary>A process of a party that only calls.</summary>
    internal Caller Caller(string name)
    {
        var caller = new Caller(this, name);
        _running.Add(caller);
        return caller;
    }

    internal IEnumerable<KeyValuePair<string, string?>> Settings(string name, params (string Name, string? Value)[] more) =>
    [
        new("Mesh:Manifest", ManifestPath), new("Mesh:Name", name), new("Mesh:Issuer", Issuer.AbsoluteUri), new("Mesh:Server:RevocationMaxStaleness", "01:00:00"),
        .. _addresses.Where(each => each.Key != "auth-server").Select(each => KeyValuePair.Create($"services:{each.Key}:https:0", (string?)Text(each.Value))),
        .. more.Select(each => KeyValuePair.Create(each.Name, each.Value)),
    ];

    internal void AddSources(IServiceCollection services, StaticSource identity) => services.AddSingleton<TimeProvider>(Clock)
        .AddSingleton<IX509SvidSource>(identity).AddSingleton<IX509BundleSource>(identity).AddSingleton<IJwtBundleSource>(identity)
        .AddSingleton<IJwtSvidSource>(new JwtSvids(this, identity));

    public async ValueTask DisposeAsync()
    {
        foreach (var each in Enumerable.Reverse(_running))
            await each.DisposeAsync();
        if (_registry is not null)
            await _registry.DisposeAsync();
        await _issuer!.DisposeAsync();
        Authority.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    private WebApplication? _issuer;

    private async Task StartIssuerAsync()
    {
        var identity = SourceOf("auth-server");
        _issuer = AuthServerHost.Build(
            ["--urls", $"{Text(Issuer)};http://127.0.0.1:0", $"--Mesh:Issuer={Issuer}", $"--Mesh:AuthServer:DataDirectory={Path.Combine(_folder.FullName, "as")}", "--Mesh:AuthServer:ApprovalPollInterval=00:00:01"],
            builder =>
            {
                builder.Logging.ClearProviders();
                builder.Services.AddSingleton<TimeProvider>(Clock).AddSingleton(ChainManifest.Manifest).AddSingleton<IAuditLog>(new RecordedAudit())
                    .AddSingleton<IX509SvidSource>(identity).AddSingleton<IX509BundleSource>(identity).AddSingleton<IJwtBundleSource>(identity);
            });
        await _issuer.StartAsync();
    }

    internal async Task RegisteredAsync(string name)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var http = new HttpClient(SpiffeTls.CreateHandler(SourceOf("eve"), SourceOf("eve"), Authorize.AnyPeer(), Clock));
        var client = new AgentRegistryClient(http, new Uri(RegistryAddress, RegistryConnection.Path));
        while ((await client.FindAsync(new(Name: name), timeout.Token)).Count == 0)
            await Task.Delay(20, timeout.Token);
    }

    private static string Text(Uri address) => address.GetLeftPart(UriPartial.Authority);

    private static Uri FreeAddress() => new($"https://127.0.0.1:{FreePort.Take()}/");

    private sealed class JwtSvids(ChainMesh mesh, StaticSource identity) : IJwtSvidSource
    {
        public ValueTask<JwtSvid> FetchJwtSvidAsync(string audience, CancellationToken cancellationToken = default) => new(
            JwtSvidValidator.Validate(mesh.Authority.IssueJwt(identity.GetX509Svid().Id, audience), identity, audience, mesh.Clock.GetUtcNow()).Svid!);
    }
}
