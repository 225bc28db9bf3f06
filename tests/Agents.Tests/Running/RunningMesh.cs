using System.Text.Json;
using System.Text.Json.Nodes;
using AgentMesh.A2A.Mesh;
using AgentMesh.Auth;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AgentMesh.Agents.Tests.Running;

/// <summary>Tests that share one running mesh, one after the other.</summary>
[CollectionDefinition(nameof(RunningMesh))]
public sealed class RunningMeshTests : ICollectionFixture<RunningMesh>;

/// <summary>
/// Workload API, authorization server and the four agents as processes, and this test process as an operator. There are two Advisors: one
/// with the built-in model, one whose model was taken over.
/// </summary>
public class RunningMesh : IAsyncLifetime
{
    private static readonly string[] Agents = ["market-data", "risk-analyst", "trader", "advisor"];

    private readonly string _folder = Directory.CreateTempSubdirectory("am").FullName;
    private readonly Dictionary<string, (Uri Address, Uri Health)> _ports = [];
    private readonly List<AgentProcess> _processes = [];
    private readonly bool _misled;
    private ScriptedEndpoint? _model;
    private IHost? _operator;
    private Approver? _approver;

    public RunningMesh()
    {
    }

    /// <param name="misled">
    /// There is only the Advisor whose model was taken over, MarketData reads price files that somebody prepared, and RiskAnalyst is no longer itself.
    /// </param>
    protected RunningMesh(bool misled) => _misled = misled;

    internal ScriptedEndpoint Model => _model!;

    /// <summary>Everything that the processes have printed.</summary>
    internal string Logs => string.Join('\n', _processes.Select(p => p.Log));

    /// <summary>What the Workload API gives this process, the operator.</summary>
    internal SpiffeSource Identity => _operator!.Services.GetRequiredService<SpiffeSource>();

    /// <summary>The Trader's database.</summary>
    internal string LedgerPath => Path.Combine(_folder, "data", "trader", "ledger.db");

    internal Uri Issuer => _ports["auth-server"].Address;

    internal Uri AddressOf(string party) => _ports[party].Address;

    /// <summary>A client of this process, as the operator, for one agent and scope.</summary>
    internal HttpClient Client(string name) => _operator!.Services.GetRequiredService<IHttpClientFactory>().CreateClient(name);

    /// <summary>This process as an agent that finds MarketData by its skill.</summary>
    internal AskedPrices Prices => _operator!.Services.GetRequiredService<AskedPrices>();

    /// <summary>This process as the person who approves.</summary>
    internal Approver Approver => _approver!;

    internal IReadOnlyList<JsonElement> Journal(string party, string? instance = null) =>
        [.. ReadShared(Path.Combine(_folder, instance is null ? "audit" : $"audit-{instance}", $"{party}.jsonl")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];

    public async ValueTask InitializeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        foreach (var part in new[] { "workload-api", "auth-server", "registry", "taken-over", "kept" }.Concat(Agents))
            _ports[part] = (FreeAddress("https"), FreeAddress("http"));
        var manifest = WriteManifest();
        _model = await ScriptedEndpoint.StartAsync();

        await StartAsync("services/WorkloadApi", "workload-api", new() { ["ASPNETCORE_URLS"] = Text(_ports["workload-api"].Health), ["Mesh__WorkloadApi__Socket"] = Path.Combine(_folder, "w.sock") }, manifest, patience.Token);
        await Task.WhenAll(
            StartAsync("services/AuthServer", "auth-server", new() { ["Mesh__AuthServer__DataDirectory"] = Path.Combine(_folder, "state") }, manifest, patience.Token),
            StartAsync("services/Registry", "registry", new() { ["Mesh__DataDirectory"] = Path.Combine(_folder, "registry") }, manifest, patience.Token),
            StartAsync("agents/MarketData", "market-data", _misled ? new() { ["MarketData__Directory"] = Poison.PriceFiles(Path.Combine(_folder, "prices")) } : [], manifest, patience.Token),
            StartAsync("agents/RiskAnalyst", "risk-analyst", _misled ? TakenOver.By("lies") : [], manifest, patience.Token),
            StartAsync("agents/Trader", "trader", [], manifest, patience.Token),
            _misled ? Task.CompletedTask : StartAsync("agents/Advisor", "advisor", [], manifest, patience.Token),
            StartAsync("agents/Advisor", "advisor", new() { ["Mesh__Model"] = "openai:taken-over", ["OpenAI__Endpoint"] = _model.Address.AbsoluteUri, ["OpenAI__ApiKey"] = "sk-test-key-of-the-model" }, manifest, patience.Token, "taken-over"));
        _operator = await StartOperatorAsync(manifest, patience.Token);
        _approver = new Approver(_operator.Services.GetRequiredService<SpiffeSource>(), _ports["auth-server"].Address);
    }

    /// <summary>
    /// A process that the kernel takes for an Advisor, because it is one, and in which somebody else's code runs. It asks for a token with the one that
    /// it was called with, and calls the Trader past the model, the tools and their filter.
    /// </summary>
    /// <returns>What the authorization server and the Trader answered.</returns>
    internal Task<JsonElement> CallPastTheFilterAsync(string subjectToken, string scope, string skill, string data) =>
        TakenOver.CallAsync("agents/Advisor", new(Socket, Issuer, AddressOf("trader"), subjectToken, scope, skill, data));

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _approver?.Dispose();
        if (_operator is not null)
            await _operator.StopAsync();
        _operator?.Dispose();
        foreach (var process in Enumerable.Reverse(_processes))
            await process.DisposeAsync();
        if (_model is not null)
            await _model.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    // The committed manifest with this process as an operator who may ask every agent, and approve.
    private string WriteManifest()
    {
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "mesh.json")))!.AsObject();
        manifest.Remove("$schema");
        foreach (var (_, agent) in manifest["agents"]!.AsObject())
            agent!["executable"] = AgentProcess.PathOf(agent["project"]!.GetValue<string>());
        manifest["services"] = new JsonObject
        {
            ["auth-server"] = new JsonObject { ["executable"] = AgentProcess.PathOf("services/AuthServer") },
            ["registry"] = new JsonObject { ["executable"] = AgentProcess.PathOf("services/Registry") },
            ["workload-api"] = new JsonObject { ["executable"] = AgentProcess.PathOf("services/WorkloadApi") },
        };
        manifest["operators"] = JsonNode.Parse(
            $$"""
            { "tester": { "description": "This test", "executable": "{{Environment.ProcessPath}}", "calls": {
                "advisor": { "scopes": ["portfolio.advise", "account.read"] },
                "market-data": { "scopes": ["market.read"] },
                "risk-analyst": { "scopes": ["risk.score"] },
                "trader": { "scopes": ["trade.propose", "account.read"] } }, "may": ["approve"] } }
            """);
        var path = Path.Combine(_folder, "mesh.json");
        File.WriteAllText(path, manifest.ToJsonString());
        return path;
    }

    /// <summary>A further process of an agent, which ends when it is disposed of and can be started again.</summary>
    internal Task<AgentProcess> StartAgainAsync(string project, string party, string instance, Dictionary<string, string> own, CancellationToken cancellationToken) =>
        StartAsync(project, party, own, Path.Combine(_folder, "mesh.json"), cancellationToken, instance);

    internal string DataOf(string instance) => Path.Combine(_folder, "data", instance);

    private async Task<AgentProcess> StartAsync(string project, string party, Dictionary<string, string> own, string manifest, CancellationToken cancellationToken, string? instance = null)
    {
        var (address, health) = _ports[instance ?? party];
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["DOTNET_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_URLS"] = $"{Text(address)};{Text(health)}",
            ["SPIFFE_ENDPOINT_SOCKET"] = Socket,
            ["TMPDIR"] = _folder,
            ["Mesh__Manifest"] = manifest,
            ["Mesh__Configuration"] = "Debug",
            ["Mesh__Issuer"] = _ports["auth-server"].Address.AbsoluteUri,
            ["Mesh__DataDirectory"] = DataOf(instance ?? party),
            ["Mesh__AuditDirectory"] = Path.Combine(_folder, instance is null ? "audit" : $"audit-{instance}"),
            ["Mesh__ExitWithParent"] = "true",
        };
        if (party != "workload-api")
            settings["Mesh__Name"] = party;
        foreach (var agent in Agents.Append("registry"))
            settings[$"services__{agent}__https__0"] = Text(_ports[agent].Address);
        foreach (var (key, value) in own)
            settings[key] = value;
        var process = AgentProcess.Start(project, settings);
        lock (_processes)
            _processes.Add(process);
        await process.ReadyAsync(new Uri(health, "health"), cancellationToken);
        return process;
    }

    private async Task<IHost> StartOperatorAsync(string manifest, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["SPIFFE_ENDPOINT_SOCKET"] = Socket,
            ["Mesh:Manifest"] = manifest,
            ["Mesh:Name"] = "tester",
            ["Mesh:Issuer"] = _ports["auth-server"].Address.AbsoluteUri,
            ["Mesh:AuditDirectory"] = Path.Combine(_folder, "audit"),
            ["services:registry:https:0"] = Text(_ports["registry"].Address),
        });
        builder.Services.AddMeshIdentity(builder.Configuration);
        builder.Services.Configure<WorkloadApiClientOptions>(o => o.EndpointSocket = Socket);
        void Add(string name, string callee, string scopes, string? instance = null) =>
            builder.Services.AddHttpClient(name, http => http.BaseAddress = _ports[instance ?? callee].Address).AddAgentAuth(callee, scopes.Split(' '));
        builder.AddSkillClient<AskedPrices>("read-prices", "market.read");
        Add("advisor", "advisor", "portfolio.advise");
        Add("taken-over", "advisor", "portfolio.advise", "taken-over");
        Add("market-data", "market-data", "market.read");
        Add("risk-analyst", "risk-analyst", "risk.score");
        Add("kept", "risk-analyst", "risk.score", "kept");
        Add("trader", "trader", "trade.propose");
        Add("account", "trader", "account.read");
        Add("trader-and-account", "trader", "trade.propose account.read");
        Add("advisor-and-account", "advisor", "portfolio.advise account.read");
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        await host.Services.GetRequiredService<SpiffeSource>().WaitUntilReadyAsync(cancellationToken);
        return host;
    }

    private string Socket => $"unix://{_folder}/w.sock";

    private static string Text(Uri uri) => uri.GetLeftPart(UriPartial.Authority);

    private static Uri FreeAddress(string scheme) => new($"{scheme}://127.0.0.1:{FreePort.Take()}/");

    private static string ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }
}
