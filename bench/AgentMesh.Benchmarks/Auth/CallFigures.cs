using System.Diagnostics;
using System.Net;
using AgentMesh.Auth;
using AgentMesh.Auth.AspNetCore;
using AgentMesh.Auth.Tests;
using AgentMesh.Spiffe;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentMesh.Benchmarks.Auth;

/// <summary>A warm authenticated call beside the same call over the same mTLS without token and checks, taking turns in one run.</summary>
internal static class CallFigures
{
    private const int Calls = 10_000;
    // Enough for the runtime to have recompiled what is hot.
    private const int WarmUp = 10_000;
    private const int Turn = 100;

    public static async Task<int> Print(string[] arguments)
    {
        await using var mesh = await TestMesh.StartAsync();
        var logged = await mesh.StartAgentAsync("risk-analyst", static s => Quiet(s, journal: false));
        var journaled = await mesh.StartAgentAsync("risk-analyst", static s => Quiet(s, journal: true));
        await using var bare = await StartBareAsync(mesh);
        var bareAddress = bare.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        await using var caller = mesh.Caller("advisor", services =>
        {
            services.AddLogging(static logging => logging.ClearProviders().SetMinimumLevel(LogLevel.Warning));
            services.AddSingleton<IAuditLog>(new AuditLog(null, NullLogger<AuditLog>.Instance));
            services.AddHttpClient("bare").ConfigurePrimaryHttpMessageHandler(s => SpiffeTls.CreateHandler(
                s.GetRequiredService<MeshIdentity>(), s.GetRequiredService<IX509BundleSource>(), Authorize.Id(TestMesh.Id("risk-analyst")), mesh.Clock));
        });

        await using var recording = mesh.Caller("advisor", services =>
        {
            services.AddLogging(static logging => logging.ClearProviders().SetMinimumLevel(LogLevel.Warning));
            var path = Path.Combine(mesh.NewAuditFolder(), "advisor.jsonl");
            services.AddSingleton<IAuditLog>(new AuditLog(new AuditJournal(path, TestManifest.IdOf("advisor"), mesh.Clock, NullLogger<AuditJournal>.Instance), NullLogger<AuditLog>.Instance));
        });

        Call[] calls =
        [
            new("mTLS alone", caller.Client("bare"), new Uri(bareAddress + "/score")),
            new("with a token that nobody checks", caller.Client(), new Uri(bareAddress + "/score")),
            new("with token, checks and log", caller.Client(), new Uri(logged.Address, "/score")),
            new("and a record flushed to the disk", caller.Client(), new Uri(journaled.Address, "/score")),
            new("and one on the caller's side, too", recording.Client(), new Uri(journaled.Address, "/score")),
        ];
        // The last wait for the disk, which leaves the processor idle: they are measured apart, so that they do not favour whichever comes next.
        await RunAsync([.. calls[..^2]]);
        await RunAsync([.. calls[^2..]]);
        foreach (var call in calls)
            Console.WriteLine($"{call.Name,-34} p50 {call.Percentile(0.5),7:0.0} µs   p99 {call.Percentile(0.99),7:0.0} µs   {call.Percentile(0.5) / calls[0].Percentile(0.5):0.00} times (p50)");
        Console.WriteLine("goal: at most 1.15 times (p50)");
        return calls[2].Percentile(0.5) <= 1.15 * calls[0].Percentile(0.5) ? 0 : 1;
    }

    // Turns of many calls, in random order: whatever else the machine does slows all of them alike, and each is warm when it is measured.
    private static async Task RunAsync(Call[] calls)
    {
        var order = new Random(1);
        for (var done = 0; done < WarmUp + Calls; done += Turn)
        {
            order.Shuffle(calls);
            foreach (var call in calls)
            {
                for (var i = 0; i < Turn; i++)
                    await call.SendAsync(record: done >= WarmUp && i >= Turn / 10);
            }
        }
    }

    private static void Quiet(TestAgent.Setup setup, bool journal)
    {
        setup.KeepLogs = false;
        setup.RecordAudit = false;
        if (!journal)
            setup.Services = static services => services.AddSingleton<IAuditLog>(new AuditLog(null, NullLogger<AuditLog>.Instance));
        setup.Endpoints = static app => app.MapGet("/score", static () => "scored").RequireScope("risk.score");
    }

    private static async Task<WebApplication> StartBareAsync(TestMesh mesh)
    {
        var source = mesh.SourceOf("risk-analyst");
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(SpiffeTls.ServerOptions(source, source, Authorize.AnyPeer(), time: mesh.Clock)),
        })));
        var app = builder.Build();
        app.MapGet("/score", static () => "scored");
        await app.StartAsync();
        return app;
    }

    private sealed class Call(string name, HttpClient client, Uri address)
    {
        private readonly List<double> _microseconds = new(Calls);

        public string Name => name;

        public async Task SendAsync(bool record)
        {
            var started = Stopwatch.GetTimestamp();
            using (var response = await client.GetAsync(address))
            {
                if (response.StatusCode != HttpStatusCode.OK)
                    throw new InvalidOperationException($"{name}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
            }
            if (record)
                _microseconds.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
        }

        public double Percentile(double share)
        {
            _microseconds.Sort();
            return _microseconds[(int)((_microseconds.Count - 1) * share)];
        }
    }
}
