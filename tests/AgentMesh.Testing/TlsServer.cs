using System.Collections.Concurrent;
using System.Security.Authentication;
using AgentMesh.Spiffe;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using KestrelServer = Microsoft.AspNetCore.Hosting.Server.IServer;

namespace AgentMesh.Testing;

/// <summary>Kestrel on loopback with mutual TLS from a source; answers with who called and how.</summary>
public sealed class TlsServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _requests;

    private TlsServer(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = new("https://127.0.0.1/");

    public ConcurrentQueue<string> Refusals { get; } = new();

    public ConcurrentQueue<SpiffePeer> Peers { get; } = new();

    public int Requests => Volatile.Read(ref _requests);

    public static async Task<TlsServer> StartAsync(
        IX509SvidSource svids, IX509BundleSource bundles, SpiffePeerAuthorizer authorize, TimeProvider? time = null, RequestDelegate? handler = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        TlsServer? server = null;
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen =>
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => ValueTask.FromResult(SpiffeTls.ServerOptions(
                    svids, bundles, authorize, time: time, onRefused: server!.Refusals.Enqueue, onAccepted: server.Peers.Enqueue)),
            })));
        var app = builder.Build();
        server = new TlsServer(app);
        app.Run(context =>
        {
            Interlocked.Increment(ref server._requests);
            return (handler ?? WhoAmI)(context);
        });
        await app.StartAsync();
        server.Address = new Uri(app.Services.GetRequiredService<KestrelServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return server;
    }

    public static string? PeerOf(HttpContext context) =>
        context.Connection.ClientCertificate is { } certificate ? SpiffePeer.FromVerified(certificate)?.Id.ToString() : null;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static Task WhoAmI(HttpContext context) => context.Response.WriteAsync(
        $"{PeerOf(context)} over {context.Request.Protocol} {context.Features.Get<ITlsHandshakeFeature>()?.Protocol ?? SslProtocols.None}");
}
