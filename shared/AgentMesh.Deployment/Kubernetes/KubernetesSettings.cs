namespace AgentMesh.Deployment.Kubernetes;

/// <summary>What the generated Kubernetes objects need beyond the manifest.</summary>
public sealed record KubernetesSettings
{
    /// <summary>Namespace of the mesh.</summary>
    public string Namespace { get; init; } = "agentmesh";

    /// <summary>Port on which agents and the authorization server take mTLS connections, 1 to 65535.</summary>
    public int MtlsPort { get; init; } = 8443;

    /// <summary>Port of the database that the authorization server uses, 1 to 65535.</summary>
    public int DatabasePort { get; init; } = 5432;

    /// <summary>Class of the SPIRE controller manager that picks up the <c>ClusterSPIFFEID</c>s; the helm chart's default.</summary>
    public string SpireClassName { get; init; } = "spire-mgmt-spire";
}
