using AgentMesh.Auth;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Attacks.Tests.Mesh;

/// <summary>An honest party that calls with the library's outbound half, and is lied to.</summary>
internal sealed class LibraryCaller : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public LibraryCaller(AttackMesh mesh, string name, string callee, string scope, Uri? issuer = null, params (string, string)[] settings)
    {
        Identity = mesh.SourceOf(name);
        var configured = mesh.Settings(name, [.. issuer is null ? [] : new[] { ("Mesh:Issuer", issuer.ToString()) }, .. settings]);
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(Log).SetMinimumLevel(LogLevel.Trace));
        mesh.AddSources(services, Identity);
        services.AddSingleton<IAuditLog>(Audit);
        services.AddMeshIdentity(new ConfigurationBuilder().AddInMemoryCollection(configured).Build());
        services.AddHttpClient("callee").AddAgentAuth(callee, scope);
        _services = services.BuildServiceProvider();
    }

    public StaticSource Identity { get; }

    public LogLines Log { get; } = new();

    public RecordedAudit Audit { get; } = new();

    public async Task<Answer> PostAsync(Uri address)
    {
        var client = _services.GetRequiredService<IHttpClientFactory>().CreateClient("callee");
        return await Answer.ReadAsync(await client.PostAsync(address, null, TestContext.Current.CancellationToken));
    }

    /// <summary>The call is not made, for this reason, and the log says so.</summary>
    public async Task<AgentAuthorizationException> AssertNotMadeAsync(Uri address, string code)
    {
        var refused = await Assert.ThrowsAsync<AgentAuthorizationException>(() => PostAsync(address));
        Assert.Equal(code, refused.Code);
        Assert.Contains(Log.Lines, line => line.Contains($"not made, {code}", StringComparison.Ordinal));
        return refused;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
