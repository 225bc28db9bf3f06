using System.Text.Json.Nodes;
using AgentMesh.Spiffe;
using AgentMesh.Testing;

namespace AgentMesh.Revocation.Tests.Running;

/// <summary>
/// Workload API, authorization servers and the four agents as processes. This process is an operator, <c>tester</c>, an agent
/// <c>probe</c> that may call all four, and an agent <c>relay</c> that serves it.
/// </summary>
public class ProcessMesh : IAsyncLifetime
{
    internal const string TrustDomain = "agentmesh.local";
    internal static readonly string[] Agents = ["market-data", "risk-analyst", "trader", "advisor"];

    private static readonly Dictionary<string, string> Projects = new()
    {
        ["workload-api"] = "services/WorkloadApi",
        ["auth-server"] = "services/AuthServer",
        ["market-data"] = "agents/MarketData",
        ["risk-analyst"] = "agents/RiskAnalyst",
        ["trader"] = "agents/Trader",
        ["advisor"] = "agents/Advisor",
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("rm").FullName;
    private readonly Dictionary<string, Uri> _addresses = [];
    private readonly List<IDisposable> _owned = [];
    private string _manifest = "";
    private SpiffeSource? _bundles;

    internal FrontDoor Issuer { get; } = new();

    internal Dictionary<string, Part> Parts { get; } = [];

    /// <summary>This process as the operator.</summary>
    internal Caller Tester { get; private set; } = null!;

    /// <summary>This process as the agent that is disabled.</summary>
    internal Caller Probe { get; private set; } = null!;

    /// <summary>A party's journal, which one of its processes writes.</summary>
    internal string JournalOf(string part, string? party = null) => Path.Combine(_folder, $"audit-{part}", $"{party ?? part}.jsonl");

    internal Uri AddressOf(string part) => _addresses[part];

    public virtual async ValueTask InitializeAsync()
    {
        foreach (var part in (string[])["auth-server", "second", .. Agents])
            _addresses[part] = FreeAddress("https");
        _manifest = WriteManifest();
        await AddAsync("workload-api", new() { ["Mesh__WorkloadApi__Socket"] = $"{_folder}/w.sock" }).StartAsync();
        var servers = AddAuthServers();
        Issuer.Instances = [.. servers.Select(AddressOf)];
        await Task.WhenAll(servers.Select(server => Parts[server].StartAsync()));
        await Task.WhenAll(Agents.Select(agent => AddAsync(agent, new() { ["Mesh__Server__RevocationMaxStaleness"] = "00:00:45" }).StartAsync()));
        Tester = await CallerAsync("operator/tester");
        Probe = await CallerAsync("agent/probe");
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var owned in _owned)
            owned.Dispose();
        foreach (var part in Parts.Values.Reverse())
            await part.DisposeAsync();
        await Issuer.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected virtual string TokenLifetime => "00:00:30";

    /// <returns>Their names.</returns>
    private protected virtual string[] AddAuthServers()
    {
        AddAsync("auth-server", new() { ["Mesh__AuthServer__DataDirectory"] = $"{_folder}/state" });
        return ["auth-server"];
    }

    private protected Part AddAsync(string name, Dictionary<string, string> own, string? party = null)
    {
        party ??= name;
        var health = FreeAddress("http");
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["DOTNET_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_URLS"] = _addresses.TryGetValue(name, out var address) ? $"{Text(address)};{Text(health)}" : Text(health),
            ["TMPDIR"] = _folder,
            ["Mesh__Manifest"] = _manifest,
            ["Mesh__Configuration"] = Repository.Configuration,
            ["Mesh__Issuer"] = Issuer.Address.AbsoluteUri,
            ["Mesh__AuditDirectory"] = $"{_folder}/audit-{name}",
            ["Mesh__ExitWithParent"] = "true",
            ["Mesh__AuthorizationServer__Timeout"] = "00:00:02",
        };
        if (party != "workload-api")
            (settings["Mesh__Name"], settings["SPIFFE_ENDPOINT_SOCKET"]) = (party, Socket);
        if (party == "auth-server")
            settings["Mesh__AuthServer__SvidWithdrawal"] = "workloadApi";
        foreach (var agent in Agents)
            settings[$"services__{agent}__https__0"] = Text(_addresses[agent]);
        foreach (var (key, value) in own)
            settings[key] = value;
        return Parts[name] = new Part(Repository.ProgramOf(Projects[party]), Path.Combine(Repository.Root, Projects[party]), new Uri(health, "health"), settings);
    }

    internal async Task<Caller> CallerAsync(string id)
    {
        var source = SpiffeSource.Create(new() { EndpointSocket = Socket, Identity = SpiffeId.Parse($"spiffe://{TrustDomain}/{id}"), MaxBackoff = TimeSpan.FromSeconds(1) });
        _owned.Add(source);
        await source.WaitUntilReadyAsync(TestContext.Current.CancellationToken);
        // Whoever is disabled is given no bundle either: an attacker would have kept it, this takes the operator's, who is never disabled here.
        _bundles ??= source;
        var caller = new Caller(this, source, _bundles);
        _owned.Insert(0, caller);
        return caller;
    }

    internal string Socket => $"unix://{_folder}/w.sock";

    // The committed manifest with its tokens' lifetime changed and with this process in it.
    private string WriteManifest()
    {
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "mesh.json")))!.AsObject();
        manifest.Remove("$schema");
        manifest["lifetimes"]!["accessToken"] = TokenLifetime;
        var agents = manifest["agents"]!.AsObject();
        foreach (var (_, agent) in agents)
            agent!["executable"] = Repository.ProgramOf(agent["project"]!.GetValue<string>());
        agents["probe"] = JsonNode.Parse($$"""
            { "project": "tests/Revocation.Tests", "executable": "{{Environment.ProcessPath}}", "calls": {
              "advisor": { "scopes": ["portfolio.advise"] }, "relay": { "scopes": ["portfolio.advise"] }, "market-data": { "scopes": ["market.read"] },
              "risk-analyst": { "scopes": ["risk.score"] }, "trader": { "scopes": ["trade.propose"] } } }
            """);
        agents["relay"] = JsonNode.Parse($$"""
            { "project": "tests/Revocation.Tests", "executable": "{{Environment.ProcessPath}}", "calls": {
              "risk-analyst": { "scopes": ["risk.score"], "when": ["portfolio.advise"] }, "trader": { "scopes": ["trade.execute"], "when": ["portfolio.advise"] } } }
            """);
        manifest["services"] = new JsonObject
        {
            ["auth-server"] = new JsonObject { ["executable"] = Repository.ProgramOf("services/AuthServer") },
            ["workload-api"] = new JsonObject { ["executable"] = Repository.ProgramOf("services/WorkloadApi") },
        };
        manifest["operators"] = JsonNode.Parse($$"""
            { "tester": { "executable": "{{Environment.ProcessPath}}", "may": ["revoke", "approve", "audit"], "calls": {
              "probe": { "scopes": ["portfolio.advise"] }, "relay": { "scopes": ["portfolio.advise"] },
              "market-data": { "scopes": ["market.read"] }, "risk-analyst": { "scopes": ["risk.score"] } } } }
            """);
        var path = Path.Combine(_folder, "mesh.json");
        File.WriteAllText(path, manifest.ToJsonString());
        return path;
    }

    private static string Text(Uri uri) => uri.GetLeftPart(UriPartial.Authority);

    private static Uri FreeAddress(string scheme) => new($"{scheme}://127.0.0.1:{FreePort.Take()}/");
}
