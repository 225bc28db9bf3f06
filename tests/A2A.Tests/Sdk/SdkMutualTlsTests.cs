using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentMesh.A2A.Tests.Sdk;

/// <summary>The JavaScript SDK over mutual TLS with a token, both supplied to it the ordinary way.</summary>
[Collection(nameof(NodeInterop))]
public sealed class SdkMutualTlsTests(NodeInterop node)
{
    private const string ServerUri = "spiffe://test/agent/scripted";

    [Theory]
    [InlineData(A2AProtocol.JsonRpc)]
    [InlineData(A2AProtocol.HttpJson)]
    public async Task The_sdk_completes_every_operation_with_a_certificate_and_a_token(string binding)
    {
        Assert.SkipWhen(node.Missing is not null, node.Missing ?? "");
        using var serverCertificate = SelfSigned(ServerUri);
        using var clientCertificate = SelfSigned("spiffe://test/agent/sdk");
        await using var app = await StartAsync(serverCertificate, clientCertificate.Thumbprint);
        var output = await NodeInterop.RunScriptAsync("client.mjs", JsonSerializer.Serialize(new
        {
            url = app.Urls.Single(),
            binding,
            headers = new { Authorization = "Bearer good" },
            tls = new { cert = clientCertificate.ExportCertificatePem(), key = clientCertificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(), ca = serverCertificate.ExportCertificatePem(), serverUri = ServerUri },
        }));
        SdkResult.AssertComplete(output, binding);
    }

    [Theory]
    [InlineData("Bearer bad", true, ServerUri, "the token is refused")]
    [InlineData("Bearer good", false, ServerUri, "the certificate is another")]
    [InlineData("Bearer good", true, "spiffe://test/agent/other", "the server is another")]
    public async Task The_sdk_gets_nowhere_when_something_is_wrong(string authorization, bool rightCertificate, string serverUri, string why)
    {
        Assert.SkipWhen(node.Missing is not null, node.Missing ?? "");
        using var serverCertificate = SelfSigned(ServerUri);
        using var clientCertificate = SelfSigned("spiffe://test/agent/sdk");
        await using var app = await StartAsync(serverCertificate, rightCertificate ? clientCertificate.Thumbprint : "other");
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => NodeInterop.RunScriptAsync("client.mjs", JsonSerializer.Serialize(new
        {
            url = app.Urls.Single(),
            binding = A2AProtocol.JsonRpc,
            headers = new { Authorization = authorization },
            tls = new { cert = clientCertificate.ExportCertificatePem(), key = clientCertificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(), ca = serverCertificate.ExportCertificatePem(), serverUri },
        })));
        Assert.Contains("node client.mjs ended with 1", failure.Message);
        Assert.True(app.Services.GetRequiredService<ScriptedAgent>().Seen.IsEmpty, why);
    }

    private static async Task<WebApplication> StartAsync(X509Certificate2 certificate, string clientThumbprint)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().UseUrls("https://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https =>
        {
            https.ServerCertificate = certificate;
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (given, _, _) => given.Thumbprint == clientThumbprint;
        }));
        builder.Services.AddSingleton<ScriptedAgent>();
        AgentCard? card = null;
        builder.Services.AddA2AServer<ScriptedAgent>((options, _) =>
        {
            options.Card = card ??= TestCards.Card("https://127.0.0.1/") with { Capabilities = new() { Streaming = true, PushNotifications = true, ExtendedAgentCard = true } };
            options.Owner = context => context.Request.Headers.Authorization == "Bearer good" ? context.Connection.ClientCertificate?.Subject : null;
            options.ExtendedCard = (_, _) => new(card with { Description = "Extended." });
        });
        var app = builder.Build();
        app.MapA2A("/a2a");
        // The port is not known before the server listens, so the card is served by hand.
        app.MapGet(A2AProtocol.AgentCardPath, context => context.Response.Body.WriteAsync(AgentCardJson.Serialize(
            card! with { SupportedInterfaces = TestCards.Card($"https://{context.Request.Host}/a2a").SupportedInterfaces })).AsTask());
        await app.StartAsync();
        return app;
    }

    private static X509Certificate2 SelfSigned(string uri)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(uri));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddMinutes(-5), now.AddHours(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
