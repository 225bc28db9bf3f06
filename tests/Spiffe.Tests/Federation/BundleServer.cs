using System.Net.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using KestrelServer = Microsoft.AspNetCore.Hosting.Server.IServer;

namespace AgentMesh.Spiffe.Tests.Federation;

/// <summary>A bundle endpoint on loopback with whatever certificate and answer a test gives it.</summary>
public sealed class BundleServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _requests;

    private BundleServer(WebApplication app, RequestDelegate answer)
    {
        _app = app;
        Answer = answer;
    }

    /// <summary>By name, for certificates that carry it.</summary>
    public Uri Address { get; private set; } = null!;

    public RequestDelegate Answer { get; set; }

    public int Requests => Volatile.Read(ref _requests);

    public static async Task<BundleServer> StartAsync(Func<SslServerAuthenticationOptions> tls, Func<SpiffeBundle> bundle)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0,
            listen => listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls()) })));
        var app = builder.Build();
        var server = new BundleServer(app, Json(bundle));
        app.Run(context =>
        {
            Interlocked.Increment(ref server._requests);
            return server.Answer(context);
        });
        await app.StartAsync();
        var port = new Uri(app.Services.GetRequiredService<KestrelServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
        server.Address = new Uri($"https://localhost:{port}/bundle.json");
        return server;
    }

    public static RequestDelegate Json(Func<SpiffeBundle> bundle) => async context =>
    {
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(bundle().ToJson(), context.RequestAborted);
    };

    public static RequestDelegate Redirect(string location) => context =>
    {
        context.Response.Redirect(location);
        return Task.CompletedTask;
    };

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
