namespace AgentMesh.AuthServer.Revocation;

/// <summary>What happened. The numbers are stored; never renumber them.</summary>
internal enum SecurityEventKind
{
    TokenRevoked = 1,
    TransactionRevoked = 2,
    PartyDisabled = 3,
    PartyEnabled = 4,
}

internal static class SecurityEventKinds
{
    /// <summary>Whether it is about an agent or operator, whose last event alone counts.</summary>
    public static bool ConcernsParty(this SecurityEventKind kind) => kind is SecurityEventKind.PartyDisabled or SecurityEventKind.PartyEnabled;
}
