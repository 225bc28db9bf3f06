using AgentMesh.Deployment.Processes;

namespace AgentMesh.Deployment.Identity;

/// <summary>Which identity source a mesh on one machine uses, and why: the setting <c>Mesh:Identity</c>.</summary>
/// <param name="Source">The source.</param>
/// <param name="Reason">One sentence for the person who starts the mesh.</param>
/// <param name="Runtime">The container runtime, with <see cref="IdentitySource.Spire"/> only.</param>
/// <param name="Endpoint">The Workload API's address, with <see cref="IdentitySource.External"/> only.</param>
public sealed record IdentitySourceChoice(IdentitySource Source, string Reason, ContainerRuntime? Runtime = null, string? Endpoint = null)
{
    /// <summary>The setting that decides.</summary>
    public const string Setting = "Mesh:Identity";

    /// <summary>The variable that names a Workload API (SPIFFE Workload Endpoint §4).</summary>
    public const string EndpointVariable = "SPIFFE_ENDPOINT_SOCKET";

    /// <summary>Decides from the setting and what this machine has.</summary>
    /// <param name="setting"><c>auto</c>, <c>spire</c>, <c>embedded</c> or <c>external</c>; null or empty is <c>auto</c>.</param>
    /// <param name="endpoint">The value of <see cref="EndpointVariable"/>, if there is one.</param>
    /// <param name="isLinux">Whether this machine runs Linux.</param>
    /// <param name="runtime">What is known of the container runtime; null when none answers.</param>
    /// <exception cref="ArgumentException">The setting is no such word, or asks for what this machine does not have. The message says what to do.</exception>
    public static IdentitySourceChoice Decide(string? setting, string? endpoint, bool isLinux, ContainerRuntime? runtime)
    {
        var obstacle = Obstacle(isLinux, runtime);
        return setting?.Trim().ToLowerInvariant() switch
        {
            null or "" or "auto" => obstacle is null
                ? Spire(runtime!, $"SPIRE, because {runtime!.Name} answers and this is Linux")
                : new(IdentitySource.Embedded, $"the embedded Workload API, because {obstacle}"),
            "spire" => obstacle is null
                ? Spire(runtime!, $"SPIRE, because {Setting} says so")
                : throw Refuse($"{Setting}=spire cannot be had here: {obstacle}. Correct that, or set {Setting} to auto or embedded."),
            "embedded" => new(IdentitySource.Embedded, $"the embedded Workload API, because {Setting} says so"),
            "external" => IsAddress(endpoint)
                ? new(IdentitySource.External, $"the Workload API at {endpoint}, because {Setting} says so", Endpoint: endpoint)
                : throw Refuse($"{Setting}=external needs {EndpointVariable} to be unix:///absolute/path or tcp://IP:port; it is '{endpoint}'."),
            _ => throw Refuse($"{Setting} is '{setting}'. Set it to auto, spire, embedded or external."),
        };
    }

    private static IdentitySourceChoice Spire(ContainerRuntime runtime, string reason) => new(IdentitySource.Spire, reason, runtime);

    /// <summary>Why SPIRE's containers cannot serve processes of this machine, or null when they can.</summary>
    private static string? Obstacle(bool isLinux, ContainerRuntime? runtime) => (isLinux, runtime) switch
    {
        (false, _) => "a container's Unix socket cannot be used by processes outside Linux",
        (_, null) => "no container runtime answers (docker and podman were asked)",
        (_, { IsVirtualMachine: true }) => $"{runtime.Name} runs its containers in a virtual machine ({runtime.OperatingSystem}), whose sockets this machine's processes cannot use",
        (_, { IsElsewhere: true }) => $"{runtime.Name}'s containers run on another machine, or outside the container that this is: the folders that they mount are not those of this machine's processes",
        // The kernel would name every process of this user by another uid inside the container.
        (_, { IsRootless: true }) => $"{runtime.Name} is rootless, and a SPIRE agent in its user namespace does not see this machine's user ids",
        (_, { IsConfinedBySELinux: true }) => $"SELinux keeps {runtime.Name}'s containers from the folders that they would share with this machine's processes",
        _ => null,
    };

    private static bool IsAddress(string? endpoint) => Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme switch
    {
        "unix" => uri.Host.Length == 0 && uri.AbsolutePath.Length > 1,
        "tcp" => System.Net.IPAddress.TryParse(uri.Host, out _) && uri.Port > 0 && uri.AbsolutePath is "/" or "",
        _ => false,
    };

    private static ArgumentException Refuse(string message) => new(message);
}
