using AgentMesh.Manifest;

namespace AgentMesh.Deployment.Spire;

/// <summary>What a SPIRE server and a SPIRE agent on one container host need, as files.</summary>
public static class SpireFiles
{
    /// <summary>
    /// The files by name: <c>server.conf</c>, <c>agent.conf</c> and <c>entries.json</c>, in which each party is the container that carries its
    /// label. The same manifest gives the same bytes.
    /// </summary>
    /// <param name="manifest">The mesh.</param>
    /// <param name="serverAddress">Host name by which the agent reaches the server.</param>
    /// <param name="nodeName">Last part of the SPIFFE ID under which the entries know the agent.</param>
    public static IReadOnlyDictionary<string, string> ForContainers(MeshManifest manifest, string serverAddress = "spire-server", string nodeName = "containers")
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["server.conf"] = SpireServerConfiguration.Write(manifest, new SpireServerSettings { DataDirectory = "/var/lib/spire/server" }),
            ["agent.conf"] = SpireAgentConfiguration.Write(manifest, new SpireAgentSettings
            {
                ServerAddress = serverAddress,
                // Folders that the images have, owned by the user who runs there: a volume takes that over.
                DataDirectory = "/var/lib/spire/agent",
                // As SPIRE's CSI driver names it, so that containers find it where pods do.
                SocketPath = "/tmp/spire-agent/public/spire-agent.sock",
                AttestContainers = true,
            }),
            ["entries.json"] = RegistrationEntries.ToJson(RegistrationEntries.ForContainers(manifest, NodeId(manifest, nodeName))) + "\n",
        };
    }

    /// <summary>The SPIFFE ID of an agent's node: <c>spire-server token generate -spiffeID</c> takes it.</summary>
    /// <param name="manifest">The mesh.</param>
    /// <param name="nodeName">Its last part.</param>
    public static string NodeId(MeshManifest manifest, string nodeName)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentException.ThrowIfNullOrEmpty(nodeName);
        return $"spiffe://{manifest.TrustDomain}/node/{nodeName}";
    }
}
