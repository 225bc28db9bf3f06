using System.Collections.Concurrent;
using AgentMesh.Auth.AspNetCore;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Auth.Tests;

/// <summary>An agent with the library's inbound half, on loopback ports of the system's choice.</summary>
internal sealed class TestAgent : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestAgent(WebApplication app, TestSource source, RecordingAuditLog audit, RecordingLogger log) => (_app, Source, Audit, Log) = (app, source, audit, log);

    public TestSource Source { get; }

    public RecordingAuditLog Audit { get; }

    public RecordingLogger Log { get; }

    public Uri Address { get; private set; } = null!;

    public Uri PlainAddress { get; private set; } = null!;

    public IServiceProvider Services => _app.Services;

    public static async Task<TestAgent> StartAsync(TestMesh mesh, string name, Action<Setup>? configure)
    {
        var setup = new Setup { Source = mesh.SourceOf(name) };
        configure?.Invoke(setup);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = setup.Environment });
        builder.Logging.ClearProviders();
        var log = new RecordingLogger();
        if (setup.KeepLogs)
            builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        builder.Configuration.AddConfiguration(mesh.Configuration(name, [("urls", "https://127.0.0.1:0;http://127.0.0.1:0"),
            // Tests move the clock by minutes at once, which ends a poll but is no loss.
            ("Mesh:Server:RevocationMaxStaleness", "01:00:00"), .. setup.Settings]));
        mesh.AddSources(builder.Services, setup.Source);
        var audit = new RecordingAuditLog();
        if (setup.RecordAudit)
            builder.Services.AddSingleton<IAuditLog>(audit);
        setup.Services?.Invoke(builder.Services);
        builder.AddAgentServer();
        var app = builder.Build();
        app.UseAgentServer();
        (setup.Endpoints ?? DefaultEndpoints)(app);
        await app.StartAsync();
        if (setup.WaitsUntilReady)
            await Ready.WaitAsync(app.Services);
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return new TestAgent(app, setup.Source, audit, log)
        {
            Address = new Uri(addresses.First(a => a.StartsWith("https", StringComparison.Ordinal))),
            PlainAddress = new Uri(addresses.First(a => a.StartsWith("http:", StringComparison.Ordinal))),
        };
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void DefaultEndpoints(WebApplication app)
    {
        app.MapGet("/score", () => "scored").RequireScope("risk.score");
        app.MapPost("/score", (System.Text.Json.Nodes.JsonNode body) => body.ToJsonString()).RequireScope("risk.score");
        app.MapGet("/explain", () => "explained").RequireScope("risk.explain");
        app.MapGet("/prices", () => "prices").RequireScope("market.read");
        app.MapGet("/undeclared", () => "undeclared");
        app.MapGet("/broken", string () => throw new InvalidOperationException("secret detail")).RequireScope("risk.score");
        app.MapGet("/context", () => DelegationContext.Current is { } c
            ? new { c.Caller, c.Subject, c.ActorChain, c.Scopes, c.TransactionId } : null).RequireScope("risk.score");
    }

    internal sealed class Setup
    {
        public required TestSource Source { get; set; }

        public List<(string, string?)> Settings { get; } = [];

        public bool RecordAudit { get; set; } = true;

        /// <summary>False: calls come before the agent knows what is revoked, or where it never will.</summary>
        public bool WaitsUntilReady { get; set; } = true;

        public string Environment { get; set; } = "Production";

        public bool KeepLogs { get; set; } = true;

        public Action<IServiceCollection>? Services { get; set; }

        public Action<WebApplication>? Endpoints { get; set; }
    }
}

internal sealed class RecordingAuditLog : IAuditLog
{
    public ConcurrentQueue<AuditEvent> Events { get; } = new();

    public AuditEvent Last => Events.Last();

    public ValueTask WriteAsync(AuditEvent auditEvent, CancellationToken cancellationToken = default)
    {
        Events.Enqueue(auditEvent);
        return ValueTask.CompletedTask;
    }
}
