using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AgentMesh.Auth;
using AgentMesh.Spiffe;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentMesh.A2A.Mesh.Tests.Mesh;

/// <summary>A party that calls: through the library as an operator would, and by hand as an attacker would.</summary>
internal sealed class Caller : IAsyncDisposable
{
    private readonly ChainMesh _mesh;
    private readonly ServiceProvider _services;
    private readonly HttpClient _raw;

    public Caller(ChainMesh mesh, string name)
    {
        (_mesh, Name) = (mesh, name);
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        var source = mesh.SourceOf(name);
        mesh.AddSources(services, source);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(mesh.Settings(name)).Build();
        services.AddSingleton<IAuditLog>(new RecordedAudit());
        services.AddMeshIdentity(configuration);
        services.AddA2ACalls(configuration);
        _services = services.BuildServiceProvider();
        _raw = new HttpClient(SpiffeTls.CreateHandler(source, source, Authorize.AnyPeer(), mesh.Clock));
    }

    public string Name { get; }

    public IServiceProvider Services => _services;

    public AgentDirectory Directory => _services.GetRequiredService<AgentDirectory>();

    /// <summary>Requests over this party's connections, with nothing added to them.</summary>
    public HttpClient Raw => _raw;

    /// <summary>A client of an agent's skill, found and authenticated through the library.</summary>
    public async Task<A2AClient> ClientAsync(string skill, params string[] scopes)
    {
        var agent = await Directory.FindAsync(skill, ScopeSet.Of(scopes), TestContext.Current.CancellationToken);
        return _services.GetRequiredService<AgentConnections>().For(agent, skill);
    }

    /// <summary>A client with a token that is given once, whatever the card says.</summary>
    public HttpClient WithToken(string token)
    {
        var source = _mesh.SourceOf(Name);
        var http = new HttpClient(SpiffeTls.CreateHandler(source, source, Authorize.AnyPeer(), _mesh.Clock));
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        http.DefaultRequestHeaders.Add("A2A-Version", "1.0");
        return http;
    }

    /// <summary>A token for an agent, by exchange of what this party was called with, or of its own JWT-SVID.</summary>
    public async Task<string> TokenAsync(string callee, string scope, string? subjectToken = null)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
            ["subject_token"] = subjectToken ?? _mesh.Authority.IssueJwt(SpiffeId.Parse(ChainManifest.IdOf(Name)), _mesh.Issuer.AbsoluteUri),
            ["subject_token_type"] = subjectToken is null ? "urn:ietf:params:oauth:token-type:jwt" : "urn:ietf:params:oauth:token-type:access_token",
            ["audience"] = callee,
            ["scope"] = scope,
        });
        using var response = await _raw.PostAsync(new Uri(_mesh.Issuer, "token"), form);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(response.StatusCode == HttpStatusCode.OK, body.ToString());
        return body.GetProperty("access_token").GetString()!;
    }

    /// <summary>What waits for this operator.</summary>
    public async Task<JsonElement> PendingAsync()
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            var listed = await _raw.GetFromJsonAsync<JsonElement>(new Uri(_mesh.Issuer, "approvals"));
            if (listed.GetProperty("items").GetArrayLength() > 0)
                return listed.GetProperty("items")[0];
            await Task.Delay(50);
        }
        throw new InvalidOperationException("Nothing waits for approval.");
    }

    public async Task DecideAsync(string id, string decision)
    {
        using var response = await _raw.PostAsync(new Uri(_mesh.Issuer, $"approvals/{id}/{decision}"), null);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        _raw.Dispose();
        await _services.DisposeAsync();
    }
}
