using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace AgentMesh.A2A.Tests.Registry;

/// <summary>A registry on loopback. The party is whoever the header X-Caller says; each has a key and an address of its own.</summary>
internal sealed class RegistryServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Dictionary<string, ECDsa> _keys;

    private RegistryServer(WebApplication app, Dictionary<string, ECDsa> keys)
    {
        _app = app;
        _keys = keys;
    }

    public static async Task<RegistryServer> StartAsync(IAgentRegistryStore store, TimeProvider time)
    {
        var keys = new[] { "risk-analyst", "trader" }.ToDictionary(name => name, _ => ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapAgentRegistry("/agents", new AgentRegistry(store, TimeSpan.FromMinutes(3), time), context =>
        {
            var name = context.Request.Headers[TestServer.CallerHeader].ToString();
            return keys.TryGetValue(name, out var key)
                ? new($"spiffe://test/agent/{name}", name, url => url.Scheme == "https" && url.Host == name, claim => claim.KeyId == name ? key : null)
                : null;
        });
        await app.StartAsync();
        return new(app, keys);
    }

    public AgentRegistryClient ConnectAs(string? caller)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        if (caller is not null)
            http.DefaultRequestHeaders.Add(TestServer.CallerHeader, caller);
        return new(http, new Uri(_app.Urls.Single() + "/agents"));
    }

    /// <summary>A card of <paramref name="name"/>, changed, then signed by <paramref name="signer"/> under <paramref name="keyId"/>.</summary>
    public AgentCard Card(string name, string? signer = null, string? keyId = null, Func<AgentCard, AgentCard>? change = null)
    {
        var card = TestCards.Card($"https://{name}/a2a") with { Name = name, Skills = [new() { Id = $"{name}.work", Name = "Work", Description = "Works.", Tags = ["work", name] }] };
        return new AgentCardSigner(_keys[signer ?? name], keyId ?? signer ?? name).Sign(change?.Invoke(card) ?? card);
    }

    /// <summary>Registers a card under the caller's own name, whatever name the card has.</summary>
    public async Task<HttpResponseMessage> PutAsync(string caller, AgentCard card, string query = "?instance=one")
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{_app.Urls.Single()}/agents/{caller}{query}") { Content = new ByteArrayContent(AgentCardJson.Serialize(card)) };
        request.Headers.Add(TestServer.CallerHeader, caller);
        return await http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        foreach (var key in _keys.Values)
            key.Dispose();
    }
}
