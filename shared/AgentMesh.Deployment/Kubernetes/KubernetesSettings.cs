namespace AgentMesh.Deployment.Kubernetes;

/// <summary>What the generated Kubernetes objects need beyond the manifest.</summary>
public sealed record KubernetesSettings
{
    /// <summary>Namespace of the mesh.</summary>
    public string Namespace { get; init; } = "agentmesh";

    /// <summary>Port on which agents and the authorization server take mTLS connections, 1 to 65535.</summary>
    public int MtlsPort { get; init; } = 8443;

    /// <summary>Port of <c>/health</c> and <c>/alive</c>, plain HTTP for the kubelet's probes, 1 to 65535. The kubelet has no SVID.</summary>
    public int HealthPort { get; init; } = 8080;

    /// <summary>Where images are, up to the party's name: <c>registry.example/agentmesh/</c>, for example.</summary>
    public string ImagePrefix { get; init; } = "agentmesh/";

    /// <summary>The images' tag.</summary>
    public string ImageTag { get; init; } = "latest";

    /// <summary>How many authorization servers run; they share a database, signing keys and what may be used once.</summary>
    public int AuthServers { get; init; } = 2;

    /// <summary>Services that run besides the authorization server, by name.</summary>
    public IReadOnlyList<string> Services { get; init; } = [];

    /// <summary>Port of the database that the authorization server uses, 1 to 65535.</summary>
    public int DatabasePort { get; init; } = 5432;

    /// <summary>Class of the SPIRE controller manager that picks up the <c>ClusterSPIFFEID</c>s; the helm chart's default.</summary>
    public string SpireClassName { get; init; } = "spire-mgmt-spire";
}
