using System.Globalization;
using AgentMesh.Manifest;

namespace AgentMesh.Cli.Processes;

/// <summary>
/// What is started, with which settings: the Workload API, the authorization server and every agent of the manifest. The
/// settings are those any other host would give (see docs/configuration.md).
/// </summary>
internal sealed class LaunchPlan
{
    /// <summary>Null when one runs already.</summary>
    public required ChildSpec? WorkloadApi { get; init; }

    public required ChildSpec AuthServer { get; init; }

    public required IReadOnlyList<ChildSpec> Agents { get; init; }

    /// <summary>Other services of the mesh that the manifest names, such as the registry.</summary>
    public required IReadOnlyList<ChildSpec> Services { get; init; }

    /// <summary>Where each agent serves mTLS.</summary>
    public required IReadOnlyDictionary<string, Uri> AgentAddresses { get; init; }

    public required Uri Issuer { get; init; }

    /// <summary>As <c>SPIFFE_ENDPOINT_SOCKET</c> says it.</summary>
    public required string WorkloadApiAddress { get; init; }

    public static LaunchPlan Create(MeshManifest manifest, RunDirectory run, LaunchOptions options)
    {
        // mTLS and health for each agent and the authorization server, health and keys for the Workload API.
        // The well-known ones are started by name, or not at all.
        var services = manifest.Services.Values.Where(s => s.Name is not ("workload-api" or "auth-server" or "console") && (s.Project ?? s.Executable) is not null).ToArray();
        var ports = FreePorts.Take(1 + (2 * (manifest.Agents.Count + services.Length + 1)), options.FirstPort);
        var workloadApiUrl = Http(ports.Next());
        var issuer = Https(ports.Next());
        var authServerHealth = Http(ports.Next());
        var addresses = manifest.Agents.Keys.ToDictionary(name => name, _ => Https(ports.Next()));
        var serviceAddresses = services.ToDictionary(service => service.Name, _ => Https(ports.Next()));

        var environment = new ChildEnvironment(manifest, run, options, issuer);
        return new LaunchPlan
        {
            WorkloadApi = options.WorkloadApi is null
                ? Spec(manifest.Services["workload-api"], workloadApiUrl, environment.WorkloadApi(workloadApiUrl))
                : null,
            AuthServer = Spec(manifest.Services["auth-server"], authServerHealth, environment.AuthServer(authServerHealth)),
            Agents = [.. manifest.Agents.Values.Select(agent => AgentSpec(agent, Http(ports.Next())))],
            Services = [.. services.Select(service => ServiceSpec(service, Http(ports.Next())))],
            AgentAddresses = addresses,
            Issuer = issuer,
            WorkloadApiAddress = environment.WorkloadApiAddress,
        };

        ChildSpec AgentSpec(Party agent, Uri health) =>
            Spec(agent, health, environment.Agent(agent, addresses[agent.Name], health, addresses, serviceAddresses));

        ChildSpec ServiceSpec(Party service, Uri health) =>
            Spec(service, health, environment.Service(service, serviceAddresses[service.Name], health, addresses));

        ChildSpec Spec(Party party, Uri health, IReadOnlyDictionary<string, string> settings) => new(
            party.Name,
            ProjectExecutable.Resolve(manifest, party, options.Configuration),
            WorkingDirectory(manifest, party, options.Configuration),
            settings,
            new Uri(health, "/health"),
            run.LogFile(party.Name));
    }

    /// <summary>The project's folder, or that of the executable where the manifest names no project.</summary>
    private static string WorkingDirectory(MeshManifest manifest, Party party, string configuration) =>
        party.Project is { } project
            ? Path.GetFullPath(project, manifest.Root)
            : Path.GetDirectoryName(ProjectExecutable.Resolve(manifest, party, configuration))!;

    private static Uri Https(int port) => new(string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{port}/"));

    private static Uri Http(int port) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
}
