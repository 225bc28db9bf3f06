using System.Text.Json.Nodes;
using AgentMesh.Auth;
using AgentMesh.AuthServer.Hosting;
using AgentMesh.AuthServer.Keys;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Attacks.Tests.Mesh;

/// <summary>The real authorization server on a real socket. Its key is at hand for tokens that it would never issue.</summary>
internal sealed class Issuer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Issuer(WebApplication app, Uri address, StaticSource identity, RecordedAudit audit) => (_app, Address, Identity, Audit) = (app, address, identity, audit);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>What it calls itself: its address, unless somebody stands in front of it.</summary>
    public Uri Name { get; private init; } = null!;

    /// <summary>What the Workload API would give the server.</summary>
    public StaticSource Identity { get; }

    public RecordedAudit Audit { get; }

    public LogLines Log { get; private init; } = null!;

    public static async Task<Issuer> StartAsync(AttackMesh mesh, Uri? name = null, int? port = null)
    {
        var identity = mesh.SourceOf("auth-server");
        var (audit, log) = (new RecordedAudit(), new LogLines());
        // The server's name has its port in it, so the port is chosen first; somebody else may take it meanwhile.
        for (var attempt = 0; ; attempt++)
        {
            var address = new Uri($"https://127.0.0.1:{port ?? FreePort.Take()}/");
            var app = AuthServerHost.Build(
                ["--urls", $"{address.GetLeftPart(UriPartial.Authority)};http://127.0.0.1:0", $"--Mesh:Issuer={name ?? address}", $"--Mesh:AuthServer:DataDirectory={mesh.Folder("as")}",
                    // The clock stands still here, so nothing is held until somebody decides.
                    "--Mesh:AuthServer:ApprovalPollHold=00:00:00"],
                builder =>
                {
                    builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace);
                    builder.Services.AddSingleton<TimeProvider>(mesh.Clock).AddSingleton(AttackManifest.Manifest).AddSingleton<IAuditLog>(audit)
                        .AddSingleton<IX509SvidSource>(identity).AddSingleton<IX509BundleSource>(identity).AddSingleton<IJwtBundleSource>(identity);
                });
            try
            {
                await app.StartAsync();
                return new Issuer(app, address, identity, audit) { Log = log, Name = name ?? address };
            }
            catch (IOException) when (attempt < 5)
            {
                await app.DisposeAsync();
            }
        }
    }

    /// <summary>A token of this server with its header or claims changed and signed anew with the server's own key.</summary>
    public string Resign(string token, Action<JsonObject>? claims = null, Action<JsonObject>? header = null) => Jwt.Change(token, header, claims, Sign);

    /// <summary>Any claims as a token of this server.</summary>
    public string Sign(string type, JsonObject claims) =>
        Jwt.Write(new() { ["alg"] = "ES256", ["typ"] = type, ["kid"] = _app.Services.GetRequiredService<KeyRing>().Current.Id }, claims, Sign);

    public byte[] PublicKey()
    {
        using var key = _app.Services.GetRequiredService<KeyRing>().Current.CreatePublicKey();
        return key.ExportSubjectPublicKeyInfo();
    }

    public Task StopAsync() => _app.StopAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private byte[] Sign(byte[] data)
    {
        var signature = new byte[SigningKey.SignatureLength];
        _app.Services.GetRequiredService<KeyRing>().Current.Sign(data, signature);
        return signature;
    }
}
