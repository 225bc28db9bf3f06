using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using AgentMesh.WorkloadApi.Authorities;
using AgentMesh.WorkloadApi.Configuration;
using AgentMesh.WorkloadApi.Documents;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace AgentMesh.WorkloadApi.Federation;

/// <summary>Marks the connections of the bundle endpoint.</summary>
internal sealed record BundleEndpointFeature;

/// <summary>Serves the trust domain's bundle to other trust domains and nothing else; asks nobody who they are (SPIFFE Federation §5.2.1.3, §5.2.2.3).</summary>
internal static class BundleEndpointListener
{
    public static void ListenForBundles(this KestrelServerOptions kestrel, BundleEndpointSettings settings)
    {
        void Configure(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = handshake => ValueTask.FromResult(Tls(kestrel.ApplicationServices, settings)) });
            listen.Use(next => connection =>
            {
                connection.Features.Set(new BundleEndpointFeature());
                return next(connection);
            });
        }

        if (IPAddress.TryParse(settings.Url.DnsSafeHost, out var address))
            kestrel.Listen(address, settings.Url.Port, Configure);
        else if (settings.Url.IsLoopback)
            kestrel.Listen(IPAddress.Loopback, settings.Url.Port, Configure);
        else
            kestrel.ListenAnyIP(settings.Url.Port, Configure);
    }

    public static Task AnswerAsync(HttpContext http, BundleEndpointSettings settings)
    {
        if (http.Request.Path != settings.Url.AbsolutePath)
            http.Response.StatusCode = StatusCodes.Status404NotFound;
        else if (!HttpMethods.IsGet(http.Request.Method))
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        else
            return http.WriteJsonAsync(http.RequestServices.GetRequiredService<TrustState>().Current.BundleDocument);
        return Task.CompletedTask;
    }

    // Mozilla's intermediate profile, which the standard asks for (§5.2), has TLS 1.2 as well.
    private static SslServerAuthenticationOptions Tls(IServiceProvider services, BundleEndpointSettings settings) => new()
    {
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        ServerCertificateContext = services.GetRequiredService<EndpointCertificate>().Current(settings),
        ClientCertificateRequired = false,
        AllowTlsResume = false,
    };
}
