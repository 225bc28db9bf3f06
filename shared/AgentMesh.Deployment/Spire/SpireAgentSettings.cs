namespace AgentMesh.Deployment.Spire;

/// <summary>What <see cref="SpireAgentConfiguration"/> cannot read from the manifest: the server's address and the agent's paths.</summary>
public sealed record SpireAgentSettings
{
    /// <summary>Host name or address of the SPIRE server.</summary>
    public required string ServerAddress { get; init; }

    /// <summary>TCP port of the SPIRE server, 1 to 65535.</summary>
    public int ServerPort { get; init; } = 8081;

    /// <summary>Folder for the agent's keys and cached SVIDs.</summary>
    public string DataDirectory { get; init; } = "/opt/spire/data/agent";

    /// <summary>Unix socket of the Workload API; on the host at most 107 bytes.</summary>
    public string SocketPath { get; init; } = "/tmp/spire-agent/public/api.sock";

    /// <summary>PEM file with the server's bundle, so that the first connection is authenticated too.</summary>
    public string TrustBundlePath { get; init; } = "/opt/spire/conf/agent/bundle.pem";

    /// <summary>File with the join token. It must exist whenever the agent starts, also where the token has been used.</summary>
    public string JoinTokenPath { get; init; } = "/opt/spire/conf/agent/join_token";

    /// <summary>Port of the plain HTTP health listener (<c>/live</c> and <c>/ready</c>).</summary>
    public int HealthPort { get; init; } = 8080;

    /// <summary>Attest containers through the container runtime's socket as well as host processes.</summary>
    public bool AttestContainers { get; init; }
}
