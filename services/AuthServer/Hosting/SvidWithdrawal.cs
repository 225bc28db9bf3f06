namespace AgentMesh.AuthServer.Hosting;

/// <summary>Who ends the SVIDs of a party that is disabled.</summary>
public enum SvidWithdrawal
{
    /// <summary>Nobody: with SPIRE an operator deletes the registration entry. The SVIDs that are out end when they expire.</summary>
    None,

    /// <summary>This server, through the admin service of this project's Workload API on <c>SPIFFE_ENDPOINT_SOCKET</c>.</summary>
    WorkloadApi,
}
