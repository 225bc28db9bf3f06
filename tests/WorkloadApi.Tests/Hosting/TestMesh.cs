using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.WorkloadApi.Tests.Hosting;

/// <summary>A folder with a manifest and room for a socket, gone after the test.</summary>
internal sealed class TestMesh : IDisposable
{
    private readonly JsonObject _agents = [];
    private readonly JsonObject _operators = [];
    private readonly JsonObject _services = [];

    public TestMesh()
    {
        Folder = Directory.CreateTempSubdirectory("wl").FullName;
        SocketPath = Path.Combine(Folder, "s", "w.sock");
        ManifestPath = Path.Combine(Folder, "mesh.json");
    }

    /// <summary>Selects the process that the tests run in.</summary>
    public static string ThisProcess { get; } = $"unix:path:{Environment.ProcessPath}";

    public string Folder { get; }

    public string SocketPath { get; }

    public string ManifestPath { get; }

    public string TrustDomain { get; init; } = "mesh.test";

    public string X509Lifetime { get; init; } = "00:30:00";

    /// <summary>Adds services of the test's own to the server's.</summary>
    public Action<IServiceCollection>? Services { get; init; }

    public TestMesh Agent(string name, params string[] selectors) => Add(_agents, name, selectors);

    public TestMesh Operator(string name, params string[] selectors) => Add(_operators, name, selectors);

    public TestMesh Service(string name, params string[] selectors) => Add(_services, name, selectors);

    /// <summary>An agent with nothing but a program, as in a real manifest.</summary>
    public TestMesh AgentWithProgram(string name, string executable)
    {
        _agents[name] = new JsonObject { ["project"] = "agents/" + name, ["executable"] = executable };
        return this;
    }

    public TestMesh Write()
    {
        var manifest = new JsonObject
        {
            ["trustDomain"] = TrustDomain,
            ["spiffeId"] = "spiffe://{trustDomain}/agent/{name}",
            ["lifetimes"] = new JsonObject { ["x509Svid"] = X509Lifetime, ["jwtSvid"] = "00:05:00", ["accessToken"] = "00:05:00" },
            ["maxDepth"] = 4,
            ["scopes"] = new JsonObject(),
            ["agents"] = _agents.DeepClone(),
            ["operators"] = _operators.DeepClone(),
            ["services"] = _services.DeepClone(),
        };
        File.WriteAllText(ManifestPath, manifest.ToJsonString());
        return this;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private TestMesh Add(JsonObject section, string name, string[] selectors)
    {
        section[name] = new JsonObject
        {
            ["project"] = "none/" + name,
            ["selectors"] = new JsonArray([.. selectors.Select(s => (JsonNode)s)]),
        };
        return this;
    }
}
