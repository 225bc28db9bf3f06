using System.Globalization;
using AgentMesh.Manifest;

namespace AgentMesh.Deployment.Spire;

/// <summary>Writes <c>agent.conf</c> of a SPIRE agent for a mesh.</summary>
public static class SpireAgentConfiguration
{
    /// <summary>
    /// Writes the configuration. The agent trusts the server through <see cref="SpireAgentSettings.TrustBundlePath"/>, never on first
    /// sight; the join token is in a file of its own, since a token is used once and is nobody else's to see, as a command line is.
    /// </summary>
    /// <exception cref="ArgumentException">A path cannot be written to the file.</exception>
    public static string Write(MeshManifest manifest, SpireAgentSettings settings)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(settings);

        return new HclWriter()
            .Block("agent", agent => agent
                .Set("data_dir", settings.DataDirectory)
                .Set("log_level", "INFO")
                .Set("server_address", settings.ServerAddress)
                .Set("server_port", settings.ServerPort.ToString(CultureInfo.InvariantCulture))
                .Set("socket_path", settings.SocketPath)
                .Set("trust_bundle_path", settings.TrustBundlePath)
                .Set("join_token_file", settings.JoinTokenPath)
                .Set("trust_domain", manifest.TrustDomain))
            .Block("plugins", plugins => WritePlugins(plugins, settings))
            .WriteHealth(settings.HealthPort)
            .ToString();
    }

    private static void WritePlugins(HclWriter plugins, SpireAgentSettings settings)
    {
        plugins
            .Plugin("NodeAttestor", "join_token", _ => { })
            .Plugin("KeyManager", "disk", data => data.Set("directory", settings.DataDirectory))
            .Plugin("WorkloadAttestor", "unix", data => data.Set("discover_workload_path", true));
        if (settings.AttestContainers)
        {
            plugins.Plugin("WorkloadAttestor", "docker", _ => { });
        }
    }
}
