using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Auth.Tests;

/// <summary>A party that calls others with the library's outbound half.</summary>
internal sealed class TestCaller : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public TestCaller(TestMesh mesh, string name, Action<IServiceCollection>? configure, (string Key, string? Value)[] settings)
    {
        Source = mesh.SourceOf(name);
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(Log).SetMinimumLevel(LogLevel.Trace));
        mesh.AddSources(services, Source);
        services.AddSingleton<IAuditLog>(Audit);
        configure?.Invoke(services);
        services.AddMeshIdentity(mesh.Configuration(name, [("Mesh:AuditDirectory", mesh.NewAuditFolder()), .. settings]));
        services.AddHttpClient("risk").AddAgentAuth("risk-analyst", "risk.score");
        _services = services.BuildServiceProvider();
    }

    public TestSource Source { get; }

    public RecordingLogger Log { get; } = new();

    public RecordingAuditLog Audit { get; } = new();

    public IServiceProvider Services => _services;

    public HttpClient Client(string name = "risk") => _services.GetRequiredService<IHttpClientFactory>().CreateClient(name);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
