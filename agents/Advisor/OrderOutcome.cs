namespace AgentMesh.Agents.Advisor;

/// <summary>How far an order came while one question was answered, as it was seen, not as a model words it.</summary>
/// <param name="Status">"proposed", "approved", "denied", "expired", "executed" or "refused".</param>
/// <param name="OrderId">The Trader's proposal.</param>
/// <param name="Summary">The proposal in the Trader's words.</param>
/// <param name="Reason">The stable code of why it went no further.</param>
/// <param name="Detail">The same in words.</param>
/// <param name="LedgerTransaction">Where the Trader's ledger has it, once executed.</param>
internal sealed record OrderOutcome(string Status, string? OrderId, string? Summary, string? Reason = null, string? Detail = null, string? LedgerTransaction = null);
