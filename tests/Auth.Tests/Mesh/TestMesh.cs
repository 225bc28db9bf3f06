using AgentMesh.Spiffe;
using AgentMesh.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.Auth.Tests;

/// <summary>A trust domain, an authorization server and agents on loopback, all on one clock that the test moves.</summary>
internal sealed class TestMesh : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _started = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("auth");

    private TestMesh(TestKeyKind jwtKey)
    {
        Authority = new TestAuthority("agentmesh.local", Clock, jwtKey: jwtKey);
        ManifestPath = Path.Combine(_folder.FullName, "mesh.json");
        File.WriteAllText(ManifestPath, TestManifest.Json);
    }

    public TestClock Clock { get; } = new(TimeProvider.System.GetUtcNow());

    public TestAuthority Authority { get; }

    public string ManifestPath { get; }

    public string AuditFolder => Path.Combine(_folder.FullName, "audit");

    /// <summary>A folder for one of several processes of the same party: each keeps a journal of its own.</summary>
    public string NewAuditFolder() => Path.Combine(_folder.FullName, "audit-" + Guid.NewGuid().ToString("N"));

    public TestAuthorizationServer Issuer { get; private set; } = null!;

    public static async Task<TestMesh> StartAsync(TestKeyKind jwtKey = TestKeyKind.P256)
    {
        var mesh = new TestMesh(jwtKey);
        mesh.Issuer = await TestAuthorizationServer.StartAsync(mesh);
        mesh._started.Add(mesh.Issuer);
        return mesh;
    }

    public static SpiffeId Id(string name) => SpiffeId.Parse(TestManifest.IdOf(name));

    public TestSource SourceOf(string name) => new(Authority, Id(name), Clock);

    public IConfigurationRoot Configuration(string name, params (string Key, string? Value)[] more)
    {
        Dictionary<string, string?> values = new()
        {
            ["Mesh:Manifest"] = ManifestPath,
            ["Mesh:Name"] = name,
            ["Mesh:Issuer"] = Issuer.Address.OriginalString,
            ["Mesh:AuditDirectory"] = AuditFolder,
        };
        foreach (var (key, value) in more)
            values[key] = value;
        return new ConfigurationBuilder().AddInMemoryCollection(values).Build();
    }

    /// <summary>Gives a party its identity from this mesh's authority, on this mesh's clock.</summary>
    public void AddSources(IServiceCollection services, TestSource source)
    {
        services.AddSingleton<TimeProvider>(Clock);
        services.AddSingleton<IX509SvidSource>(source);
        services.AddSingleton<IX509BundleSource>(source);
        services.AddSingleton<IJwtSvidSource>(source);
        services.AddSingleton<IJwtBundleSource>(source);
    }

    public async Task<TestAgent> StartAgentAsync(string name, Action<TestAgent.Setup>? configure = null)
    {
        var agent = await TestAgent.StartAsync(this, name, configure);
        _started.Add(agent);
        return agent;
    }

    public TestCaller Caller(string name, Action<IServiceCollection>? configure = null, params (string Key, string? Value)[] settings)
    {
        var caller = new TestCaller(this, name, configure, settings);
        _started.Add(caller);
        return caller;
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = _started.Count - 1; i >= 0; i--)
            await _started[i].DisposeAsync();
        Authority.Dispose();
        _folder.Delete(recursive: true);
    }
}
