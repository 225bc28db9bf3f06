using AgentMesh.Deployment.Processes;
using AgentMesh.Deployment.Spire.Bootstrap;
using AgentMesh.Manifest;

namespace Aspire.Hosting;

/// <summary>A SPIRE server in a container: the trust domain's certificate authority.</summary>
internal sealed class SpireServerResource(string name, MeshManifest manifest, SpireFolders folders, string container, ContainerRuntime runtime)
    : ContainerResource(name)
{
    public MeshManifest Manifest { get; } = manifest;

    /// <summary>What this server, its agent and its discovery provider get as bind mounts.</summary>
    public SpireFolders Folders { get; } = folders;

    /// <summary>The container's name, by which the runtime's <c>exec</c> finds it.</summary>
    public string Container { get; } = container;

    /// <summary>Its commands. The image has no shell: the runtime is told to run the binary itself.</summary>
    public SpireServerCli Cli { get; } = SpireServerCli.InContainer(runtime.Name, container, SpireServerBuilderExtensions.Socket + "/api.sock");
}
