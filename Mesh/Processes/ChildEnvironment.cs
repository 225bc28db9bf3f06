using System.Globalization;
using AgentMesh.Manifest;

namespace AgentMesh.Cli.Processes;

/// <summary>The settings that each child gets, as environment variables. None is a secret.</summary>
internal sealed class ChildEnvironment(MeshManifest manifest, RunDirectory run, LaunchOptions options, Uri issuer)
{
    public string WorkloadApiAddress { get; } = options.WorkloadApi ?? "unix://" + run.Socket;

    public IReadOnlyDictionary<string, string> WorkloadApi(Uri health) => new Dictionary<string, string>(Common(manifest.Services["workload-api"]))
    {
        ["ASPNETCORE_URLS"] = Origin(health),
        ["Mesh__WorkloadApi__Socket"] = run.Socket,
        // Where its journal is shipped to.
        ["Mesh__Issuer"] = issuer.AbsoluteUri,
    };

    public IReadOnlyDictionary<string, string> AuthServer(Uri health) => new Dictionary<string, string>(Identified(manifest.Services["auth-server"]))
    {
        ["ASPNETCORE_URLS"] = $"{Origin(issuer)};{Origin(health)}",
        ["Mesh__AuthServer__DataDirectory"] = run.State,
        // A Workload API that was there before may be SPIRE, which has no admin service.
        ["Mesh__AuthServer__SvidWithdrawal"] = options.WorkloadApi is null ? "workloadApi" : "none",
    };

    /// <summary>A service that the manifest names: it learns where all agents are, and has a folder of its own.</summary>
    public IReadOnlyDictionary<string, string> Service(Party service, Uri address, Uri health, IReadOnlyDictionary<string, Uri> agents)
    {
        var settings = Identified(service);
        settings["ASPNETCORE_URLS"] = $"{Origin(address)};{Origin(health)}";
        settings["Mesh__DataDirectory"] = run.DataOf(service.Name);
        foreach (var (name, uri) in agents)
            settings[$"services__{name}__https__0"] = Origin(uri);
        return settings;
    }

    public IReadOnlyDictionary<string, string> Agent(
        Party agent, Uri address, Uri health, IReadOnlyDictionary<string, Uri> addresses, IReadOnlyDictionary<string, Uri> services)
    {
        var settings = Identified(agent);
        settings["ASPNETCORE_URLS"] = $"{Origin(address)};{Origin(health)}";
        settings["Mesh__DataDirectory"] = run.DataOf(agent.Name);
        foreach (var callee in agent.Calls.Keys)
            settings[$"services__{callee}__https__0"] = Origin(addresses[callee]);
        foreach (var (name, uri) in services)
            settings[$"services__{name}__https__0"] = Origin(uri);
        if (options.Model is { } model)
            settings["Mesh__Model"] = model;
        return settings;
    }

    private Dictionary<string, string> Identified(Party party) => new(Common(party))
    {
        ["SPIFFE_ENDPOINT_SOCKET"] = WorkloadApiAddress,
        ["Mesh__Name"] = party.Name,
        ["Mesh__Issuer"] = issuer.AbsoluteUri,
    };

    private Dictionary<string, string> Common(Party party) => new()
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Development",
        ["DOTNET_ENVIRONMENT"] = "Development",
        ["OTEL_SERVICE_NAME"] = party.Name,
        ["Logging__LogLevel__Default"] = options.LogLevel.ToString(),
        // Whatever a child puts into its temporary folder, the runtime's diagnostic socket included, ends with the run.
        ["TMPDIR"] = run.Path,
        ["Mesh__Manifest"] = manifest.Path!,
        ["Mesh__Configuration"] = options.Configuration,
        ["Mesh__AuditDirectory"] = run.Audit,
        ["Mesh__ExitWithParent"] = bool.TrueString,
        // Seven runtimes share this machine with the user: favour a small heap and a quick start. Methods that are hot while
        // all start are not worth compiling again until that is over.
        ["DOTNET_gcServer"] = "0",
        ["DOTNET_gcConcurrent"] = "0",
        ["DOTNET_GCConserveMemory"] = "7",
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_TC_CallCountingDelayMs"] = "2000",
        ["DOTNET_NOLOGO"] = "1",
    };

    private static string Origin(Uri uri) => string.Create(CultureInfo.InvariantCulture, $"{uri.Scheme}://{uri.Authority}");
}
