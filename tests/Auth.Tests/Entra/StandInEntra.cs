using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using AgentMesh.Spiffe;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Auth.Tests.Entra;

/// <summary>
/// Microsoft Entra ID's documented behaviour on loopback, under its real name: whoever is given <see cref="CreateHandler"/> connects to
/// <c>login.microsoftonline.com</c> and meets this. No live tenant was available; what is not documented is not here.
/// </summary>
internal sealed class StandInEntra : IAsyncDisposable
{
    public const string Host = "login.microsoftonline.com";

    private readonly WebApplication _app;
    private readonly X509Certificate2 _certificate;
    private readonly TimeProvider _time;
    private int _port;

    private StandInEntra(WebApplication app, X509Certificate2 certificate, TimeProvider time) => (_app, _certificate, _time) = (app, certificate, time);

    public EntraTenant Tenant { get; } = new();

    public EntraTenant OtherTenant { get; } = new();

    public List<EntraKey> Keys { get; } = [new(0)];

    /// <summary>Whose assertions it can verify: what the issuer's OIDC discovery document leads to.</summary>
    public Dictionary<string, JwtBundle> Issuers { get; } = [];

    /// <summary>Every form that was posted to a token endpoint.</summary>
    public ConcurrentQueue<Dictionary<string, string>> Requests { get; } = new();

    /// <summary>Every token that was issued.</summary>
    public ConcurrentQueue<string> Issued { get; } = new();

    /// <summary>Answers instead of the token endpoint when it returns one.</summary>
    public Func<HttpContext, IResult?>? Intercept { get; set; }

    public Action<EntraToken>? Shape { get; set; }

    public Action<JsonObject>? ShapeMetadata { get; set; }

    public Func<string, string?> KeyIssuer { get; set; } = static issuer => issuer;

    public int KeyReads => Volatile.Read(ref _keyReads);

    private int _keyReads;

    public static async Task<StandInEntra> StartAsync(TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Host);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var app = builder.Build();
        var entra = new StandInEntra(app, certificate, time);
        EntraEndpoints.Map(app, entra);
        await app.StartAsync();
        entra._port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
        return entra;
    }

    /// <summary>Leads connections to any host here, and trusts this certificate for it and no other.</summary>
    public SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, _port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                (errors & SslPolicyErrors.RemoteCertificateNameMismatch) == 0 && certificate is not null && certificate.GetRawCertData().AsSpan().SequenceEqual(_certificate.RawData),
        },
    };

    public DateTimeOffset Now => _time.GetUtcNow();

    public IEnumerable<EntraTenant> Tenants => [Tenant, OtherTenant];

    public void CountKeyRead() => Interlocked.Increment(ref _keyReads);

    public static string IssuerOf(string tenant, int version) => version == 2 ? $"https://{Host}/{tenant}/v2.0" : $"https://sts.windows.net/{tenant}/";

    /// <summary>A token as the tenant issues it to an application for a resource.</summary>
    public string Issue(EntraTenant tenant, EntraApplication application, EntraResource resource, Action<EntraToken>? shape = null)
    {
        var token = new EntraToken { Claims = EntraClaimsOf(tenant, application, resource) };
        Shape?.Invoke(token);
        shape?.Invoke(token);
        var signed = token.Sign(Keys[^1]);
        Issued.Enqueue(signed);
        return signed;
    }

    private JsonObject EntraClaimsOf(EntraTenant tenant, EntraApplication application, EntraResource resource)
    {
        var now = Now;
        var v2 = resource.TokenVersion == 2;
        var claims = new JsonObject
        {
            ["aud"] = v2 ? resource.ClientId : resource.AppIdUri,
            ["iss"] = IssuerOf(tenant.Id, resource.TokenVersion),
            ["iat"] = now.AddMinutes(-5).ToUnixTimeSeconds(),
            ["nbf"] = now.AddMinutes(-5).ToUnixTimeSeconds(),
            ["exp"] = now.AddMinutes(60).ToUnixTimeSeconds(),
            ["aio"] = "k2RgYIi6",
            [v2 ? "azp" : "appid"] = application.ClientId,
            [v2 ? "azpacr" : "appidacr"] = "2",
            ["idtyp"] = "app",
            ["oid"] = application.ObjectId,
            ["rh"] = "1.AAAA",
            ["sub"] = application.ObjectId,
            ["tid"] = tenant.Id,
            ["uti"] = Guid.NewGuid().ToString("N")[..22],
            ["ver"] = v2 ? "2.0" : "1.0",
        };
        if (application.Roles.TryGetValue(resource.ClientId, out var roles))
            claims["roles"] = new JsonArray([.. roles.Select(r => (JsonNode)r)]);
        return claims;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
    }
}
