namespace AgentMesh.AuthServer.Revocation;

/// <summary>What happened. The numbers are stored; never renumber them.</summary>
internal enum SecurityEventKind
{
    TokenRevoked = 1,
    TransactionRevoked = 2,
    PartyDisabled = 3,
    PartyEnabled = 4,
}
