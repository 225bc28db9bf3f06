using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using AgentMesh.Auth;
using AgentMesh.Auth.AspNetCore;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Attacks.Tests.Mesh;

/// <summary>An agent behind the library's inbound half, on loopback ports of the system's choice.</summary>
internal sealed class Callee : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Callee(WebApplication app, string name, StaticSource identity, RecordedAudit audit, LogLines log) =>
        (_app, Name, Identity, Audit, Log) = (app, name, identity, audit, log);

    public string Name { get; }

    public Uri Address { get; private init; } = null!;

    public StaticSource Identity { get; }

    public RecordedAudit Audit { get; }

    public LogLines Log { get; }

    public static async Task<Callee> StartAsync(AttackMesh mesh, string name, (string, string)[] settings, bool waitsUntilReady = true)
    {
        var identity = mesh.SourceOf(name);
        var (audit, log) = (new RecordedAudit(), new LogLines());
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        builder.Configuration.AddInMemoryCollection(mesh.Settings(name, [("urls", "https://127.0.0.1:0"), .. settings]));
        mesh.AddSources(builder.Services, identity);
        // With a folder for it, the agent keeps its real journal.
        if (settings.All(s => s.Item1 != "Mesh:AuditDirectory"))
            builder.Services.AddSingleton<IAuditLog>(audit);
        builder.AddAgentServer();
        var app = builder.Build();
        app.UseAgentServer();
        MapEndpoints(app);
        await app.StartAsync();
        if (waitsUntilReady)
            await Ready.WaitAsync(app.Services);
        return new Callee(app, name, identity, audit, log) { Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    // All of the demo's edges; the manifest says which of them a caller of this agent can have.
    private static void MapEndpoints(WebApplication app)
    {
        app.MapPost("/ask", () => "advice").RequireScope("portfolio.advise");
        app.MapGet("/prices", () => "prices").RequireScope("market.read");
        app.MapGet("/score", () => "scored").RequireScope("risk.score");
        app.MapPost("/score", (JsonNode body) => body.ToJsonString()).RequireScope("risk.score");
        app.MapGet("/explain", () => "explained").RequireScope("risk.explain");
        app.MapPost("/orders/draft", () => "drafted").RequireScope("trade.propose");
        app.MapPost("/orders/execute", (PaperOrder order) =>
        {
            var type = (JsonTypeInfo<PaperOrder>)JsonSerializerOptions.Web.GetTypeInfo(typeof(PaperOrder));
            return DelegationContext.Current!.Approved.Include(PaperOrder.Type, order, type) ? Results.Text("placed") : Results.StatusCode(403);
        }).RequireScope("trade.execute");
        app.MapGet("/broken", string () => throw new InvalidOperationException("a secret detail")).RequireScope("risk.score");
    }
}

/// <summary>What a person approves and the trader is then asked to do.</summary>
internal sealed record PaperOrder(string Side, string Symbol, int Quantity, decimal LimitPrice, string Account)
{
    public const string Type = "urn:agentmesh:order";
}
