namespace AgentMesh.Deployment.Spire;

/// <summary>What <see cref="SpireServerConfiguration"/> cannot read from the manifest: where the server listens and keeps its state.</summary>
public sealed record SpireServerSettings
{
    /// <summary>Address the server API binds to. In a container all interfaces, since the agent is another container.</summary>
    public string BindAddress { get; init; } = "0.0.0.0";

    /// <summary>TCP port of the server API, 1 to 65535.</summary>
    public int BindPort { get; init; } = 8081;

    /// <summary>Folder for the datastore and the keys; survives a restart when it is a volume.</summary>
    public string DataDirectory { get; init; } = "/opt/spire/data/server";

    /// <summary>Unix socket of the administrative API that <c>spire-server</c> commands use.</summary>
    public string SocketPath { get; init; } = "/tmp/spire-server/private/api.sock";

    /// <summary>Port of the plain HTTP health listener (<c>/live</c> and <c>/ready</c>).</summary>
    public int HealthPort { get; init; } = 8080;

    /// <summary>The <c>iss</c> of JWT-SVIDs: the URL of the OIDC discovery provider, or null to leave the claim out.</summary>
    public Uri? JwtIssuer { get; init; }

    /// <summary>Lifetime of the server's own CA certificate; six times an X509-SVID's and an agent's, at least.</summary>
    public TimeSpan CaLifetime { get; init; } = TimeSpan.FromHours(72);

    /// <summary>
    /// Lifetime of an agent's own SVID, which it renews halfway. An agent whose SVID ends while its machine sleeps cannot come back by
    /// itself, for its join token is spent: a night's sleep should fit in.
    /// </summary>
    public TimeSpan AgentLifetime { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Port of the federation bundle endpoint (profile <c>https_spiffe</c>), or null for none.</summary>
    public int? BundleEndpointPort { get; init; }
}
