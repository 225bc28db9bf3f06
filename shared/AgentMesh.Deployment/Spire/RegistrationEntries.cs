using System.Text.Json;
using AgentMesh.Manifest;

namespace AgentMesh.Deployment.Spire;

/// <summary>Registration entries for every party of a mesh that runs as a process.</summary>
public static class RegistrationEntries
{
    /// <summary>
    /// Entries for agents, operators and services. A party's own <c>selectors</c> win; without them a host process is attested
    /// by user id and executable path.
    /// </summary>
    /// <param name="manifest">The mesh.</param>
    /// <param name="parentId">SPIFFE ID of the SPIRE agent on the machine that runs the processes.</param>
    /// <param name="userId">The user id that the processes run under.</param>
    /// <param name="configuration">Build configuration whose output runs, <c>Debug</c> or <c>Release</c>.</param>
    public static IReadOnlyList<RegistrationEntry> ForHostProcesses(
        MeshManifest manifest, string parentId, int userId, string configuration)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return [.. Workloads(manifest).Select(party => new RegistrationEntry(
            party.SpiffeId,
            parentId,
            Selectors(manifest, party, userId, configuration),
            Seconds(manifest.Lifetimes.X509Svid),
            Seconds(manifest.Lifetimes.JwtSvid)))];
    }

    /// <summary>
    /// Entries for parties that run in containers: a process gets an identity when its container carries the label
    /// <see cref="ContainerLabel"/> with the party's name. Whoever can start containers can set labels, so that is whom to trust.
    /// </summary>
    /// <param name="manifest">The mesh.</param>
    /// <param name="parentId">SPIFFE ID of the SPIRE agent on the machine that runs the containers; it needs the docker attestor.</param>
    public static IReadOnlyList<RegistrationEntry> ForContainers(MeshManifest manifest, string parentId)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return [.. Workloads(manifest).Select(party => new RegistrationEntry(
            party.SpiffeId,
            parentId,
            [new Selector("docker", $"label:{ContainerLabel}:{party.Name}")],
            Seconds(manifest.Lifetimes.X509Svid),
            Seconds(manifest.Lifetimes.JwtSvid)))];
    }

    /// <summary>The container label that says which party a container is.</summary>
    public const string ContainerLabel = "io.agentmesh.party";

    /// <summary>Writes entries as the JSON document that <c>spire-server entry create -data</c> reads.</summary>
    public static string ToJson(IReadOnlyList<RegistrationEntry> entries) =>
        JsonSerializer.Serialize(new { entries }, Indented);

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static IEnumerable<Party> Workloads(MeshManifest manifest) => manifest.Agents.Values
        .Concat(manifest.Operators.Values)
        .Concat(manifest.Services.Values.Where(service => service.Name != "workload-api"))
        .Where(party => party.Project is not null || party.Selectors.Count > 0)
        .OrderBy(party => party.SpiffeId, StringComparer.Ordinal);

    private static IReadOnlyList<Selector> Selectors(MeshManifest manifest, Party party, int userId, string configuration) =>
        party.Selectors.Count > 0
            ? [.. party.Selectors.Select(Selector.Parse)]
            :
            [
                new Selector("unix", $"uid:{userId}"),
                new Selector("unix", $"path:{ProjectExecutable.Resolve(manifest, party, configuration)}"),
            ];

    private static int Seconds(TimeSpan lifetime) => (int)lifetime.TotalSeconds;
}
