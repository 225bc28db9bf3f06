using AgentMesh.Auth.AspNetCore;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Benchmarks.Exchange;

/// <summary>An agent as it is shipped: mutual TLS, checks of the token, revocations by stream, a journal on the disk that goes to the ledger.</summary>
internal sealed class RevocationCallee : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RevocationCallee(WebApplication app) => _app = app;

    public Uri Work => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/work");

    /// <param name="server">Whom it hears revocations from.</param>
    /// <param name="agent">Its number in the mesh.</param>
    /// <param name="folder">Where the manifest is, and where its journal goes.</param>
    public static async Task<RevocationCallee> StartAsync(ExchangeServer server, int agent, string folder)
    {
        var identity = server.Authority.Source(SpiffeId.Parse(ExchangeMesh.IdOf(agent)));
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = "https://127.0.0.1:0",
            ["Mesh:Manifest"] = Path.Combine(folder, "mesh.json"),
            ["Mesh:Name"] = $"a{agent}",
            ["Mesh:Issuer"] = server.Address.AbsoluteUri,
            ["Mesh:AuditDirectory"] = Path.Combine(folder, $"a{agent}"),
        });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IX509SvidSource>(identity);
        builder.Services.AddSingleton<IX509BundleSource>(identity);
        builder.Services.AddSingleton<IJwtBundleSource>(identity);
        builder.Services.AddSingleton<IJwtSvidSource, ExchangeServer.NoJwtSvids>();
        builder.AddAgentServer();
        var app = builder.Build();
        app.UseAgentServer();
        app.MapGet("/work", static () => "done").RequireScope("work");
        await app.StartAsync();
        await Ready.WaitAsync(app.Services);
        return new RevocationCallee(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
