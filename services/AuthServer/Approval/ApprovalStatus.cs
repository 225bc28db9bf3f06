namespace AgentMesh.AuthServer.Approval;

/// <summary>The numbers are stored; never renumber them.</summary>
internal enum ApprovalStatus
{
    Pending = 1,
    Approved = 2,
    Denied = 3,
    Redeemed = 4,
}
