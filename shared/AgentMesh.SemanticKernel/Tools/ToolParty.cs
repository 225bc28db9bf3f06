using AgentMesh.Auth;
using AgentMesh.Manifest;
using Microsoft.Extensions.Options;

namespace AgentMesh.SemanticKernel.Tools;

/// <summary>Who decides on this process's functions, and by which policy.</summary>
internal sealed record ToolParty(string Name, string SpiffeId, string PolicyVersion)
{
    /// <exception cref="OptionsValidationException">The manifest has no party of the configured name.</exception>
    public static ToolParty From(MeshOptions options, MeshManifest manifest) =>
        manifest.TryGetParty(options.Name, out var party) && party is not null
            ? new(party.Name, party.SpiffeId, manifest.Version)
            : throw new OptionsValidationException("Mesh", typeof(MeshOptions), [$"Mesh:Name is '{options.Name}', which the manifest {manifest.Path} does not have."]);
}
