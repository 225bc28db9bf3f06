namespace AgentMesh.Deployment.Identity;

/// <summary>Where the parties of a mesh get their SVIDs from.</summary>
public enum IdentitySource
{
    /// <summary>SPIRE server and agent, in containers that the host of the mesh starts.</summary>
    Spire,

    /// <summary><c>services/WorkloadApi</c>, started with the mesh. For development and tests only.</summary>
    Embedded,

    /// <summary>A Workload API that runs already, named by <c>SPIFFE_ENDPOINT_SOCKET</c>.</summary>
    External,
}
