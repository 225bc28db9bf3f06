using System.Collections.Concurrent;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// Revocations held in memory. Tokens and tasks are forgotten once every token they could concern has ended; agents stay revoked until restored.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class InMemoryRevocationState(TimeProvider time) : IRevocationState
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _agents = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _tokens = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _transactions = new(StringComparer.Ordinal);

    /// <summary>Refuses an agent as caller, subject or actor from now on.</summary>
    /// <param name="spiffeId">The agent.</param>
    public void RevokeAgent(string spiffeId) => _agents[spiffeId] = DateTimeOffset.MaxValue;

    /// <summary>Lets an agent in again.</summary>
    /// <param name="spiffeId">The agent.</param>
    public void RestoreAgent(string spiffeId) => _agents.TryRemove(spiffeId, out _);

    /// <summary>Refuses one token.</summary>
    /// <param name="tokenId">Its <c>jti</c>.</param>
    /// <param name="until">When it ends, after which the entry is forgotten.</param>
    public void RevokeToken(string tokenId, DateTimeOffset until) => Add(_tokens, tokenId, until);

    /// <summary>Refuses every token of a task.</summary>
    /// <param name="transactionId">The <c>txn</c>.</param>
    /// <param name="until">When the last token of the task ends, after which the entry is forgotten.</param>
    public void RevokeTransaction(string transactionId, DateTimeOffset until) => Add(_transactions, transactionId, until);

    /// <inheritdoc/>
    public string? Check(in RevocationSubject subject)
    {
        if (!_agents.IsEmpty && (_agents.ContainsKey(subject.Caller) || _agents.ContainsKey(subject.Subject) || AnyRevoked(subject.Actors)))
            return DecisionReason.AgentRevoked;
        if (subject.TokenId is { } token && !_tokens.IsEmpty && _tokens.ContainsKey(token))
            return DecisionReason.TokenRevoked;
        return subject.TransactionId is { } transaction && !_transactions.IsEmpty && _transactions.ContainsKey(transaction)
            ? DecisionReason.TransactionRevoked : null;
    }

    private bool AnyRevoked(IReadOnlyList<string> actors)
    {
        for (var i = 0; i < actors.Count; i++)
        {
            if (_agents.ContainsKey(actors[i]))
                return true;
        }
        return false;
    }

    private void Add(ConcurrentDictionary<string, DateTimeOffset> entries, string key, DateTimeOffset until)
    {
        entries[key] = until;
        var now = time.GetUtcNow();
        foreach (var (old, end) in entries)
        {
            if (end <= now)
                entries.TryRemove(old, out _);
        }
    }
}
