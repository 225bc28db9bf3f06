using System.Collections.Concurrent;
using System.Net;
using AgentMesh.Attacks.Tests.Connections;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Attacks.Tests.Mesh;

/// <summary>
/// Where TLS ends before the authorization server: an ingress with a certificate of the web's kind, which passes every request on over a connection of its own,
/// without any client certificate, and sees everything that it passes on.
/// </summary>
internal sealed class TlsEnd : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _upstream;
    private readonly TestAuthority _web;
    private readonly MachineStore _store;

    private TlsEnd(WebApplication app, HttpClient upstream, TestAuthority web, MachineStore store) => (_app, _upstream, _web, _store) = (app, upstream, web, store);

    public Uri Address { get; private init; } = null!;

    /// <summary>Forms posted to the token endpoint, with their DPoP headers.</summary>
    public ConcurrentQueue<(string Form, string? Proof)> Seen { get; } = new();

    public static async Task<TlsEnd> StartAsync(AttackMesh mesh)
    {
        var web = new TestAuthority("web.test");
        var certificate = web.IssueCertificate(web.Id("/ingress"), new CertificateShape { Uris = [], DnsNames = ["localhost"], ExtendedKeyUsages = [CertificateShape.ServerAuth] });
        var upstream = new HttpClient(AttackClient.CreateHandler(null)) { Timeout = Timeout.InfiniteTimeSpan };
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate.Leaf)));
        var app = builder.Build();
        TlsEnd? end = null;
        app.Run(context => end!.PassOnAsync(mesh, context));
        await app.StartAsync();
        var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
        return end = new TlsEnd(app, upstream, web, MachineStore.Trusting(web)) { Address = new Uri($"https://localhost:{port}/") };
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _upstream.Dispose();
        _store.Dispose();
        _web.Dispose();
    }

    /// <summary>Sends what it saw, or something like it, once more.</summary>
    public async Task<Answer> SendAsync(AttackMesh mesh, string form, string? proof)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(mesh.Issuer.Address, "token")) { Content = new StringContent(form, null, "application/x-www-form-urlencoded") };
        if (proof is not null)
            request.Headers.TryAddWithoutValidation("DPoP", proof);
        return await Answer.ReadAsync(await _upstream.SendAsync(request, TestContext.Current.CancellationToken));
    }

    private async Task PassOnAsync(AttackMesh mesh, HttpContext context)
    {
        var body = await new StreamReader(context.Request.Body).ReadToEndAsync(context.RequestAborted);
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(mesh.Issuer.Address, context.Request.Path.Value!.TrimStart('/')));
        if (body.Length > 0)
        {
            request.Content = new StringContent(body);
            request.Content.Headers.Remove("Content-Type");
            request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }
        foreach (var name in (string[])["Authorization", "DPoP"])
        {
            if (context.Request.Headers[name] is { Count: > 0 } values)
                request.Headers.TryAddWithoutValidation(name, [.. values]);
        }
        if (context.Request.Path == "/token")
            Seen.Enqueue((body, context.Request.Headers["DPoP"]));
        using var answer = await _upstream.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
