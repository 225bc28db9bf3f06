using System.Collections.Concurrent;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// Revocations held in memory. Tokens and tasks are forgotten once every token they could concern has ended; parties stay revoked until restored,
/// and their tokens from before that stay refused.
/// </summary>
/// <remarks>
/// At most 100,000 tokens and tasks are told apart. Should there ever be more, every token issued until then is refused instead: callers
/// exchange again, and the authorization server, which knows them all, does so for what is not revoked.
/// </remarks>
public sealed class InMemoryRevocationState : IRevocationState
{
    private const int FewEntries = 1024;
    private const int MostEntries = 100_000;

    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, bool> _parties = new(StringComparer.Ordinal);

    // From when a restored party's tokens count. One entry a party that the issuer ever restored: kept, however long some issuer's tokens live.
    private readonly ConcurrentDictionary<string, DateTimeOffset> _restored = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _tokens = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _transactions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (DateTimeOffset At, HashSet<string> Events)> _lastChange = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private int _purgeAt = FewEntries;
    private long _newestRevocation;
    private long _refusedIssuedUntil;

    /// <summary>Creates a state in which nothing is revoked.</summary>
    /// <param name="time">The clock.</param>
    public InMemoryRevocationState(TimeProvider time) => _time = time;

    /// <summary>Raised after something was revoked: what was let in before may have to end.</summary>
    internal event Action? Revoked;

    /// <summary>Refuses a party as caller, subject or actor from now on.</summary>
    /// <param name="spiffeId">The party.</param>
    public void RevokeAgent(string spiffeId)
    {
        _parties[spiffeId] = true;
        Revoked?.Invoke();
    }

    /// <summary>
    /// Lets a party in again, at once where it is called with mTLS alone. Tokens that were issued until now in which it is caller, subject or actor
    /// stay refused; as tokens tell time in whole seconds, so do those of this second.
    /// </summary>
    /// <param name="spiffeId">The party.</param>
    public void RestoreAgent(string spiffeId) => Restore(spiffeId, _time.GetUtcNow());

    /// <summary>Refuses one token and whatever was exchanged from it.</summary>
    /// <param name="tokenId">Its <c>jti</c>.</param>
    /// <param name="until">When it ends, after which the entry is forgotten.</param>
    public void RevokeToken(string tokenId, DateTimeOffset until) => Add(_tokens, tokenId, until, _time.GetUtcNow());

    /// <summary>Refuses every token of a task.</summary>
    /// <param name="transactionId">The <c>txn</c>.</param>
    /// <param name="until">When the last token of the task ends, after which the entry is forgotten.</param>
    public void RevokeTransaction(string transactionId, DateTimeOffset until) => Add(_transactions, transactionId, until, _time.GetUtcNow());

    /// <inheritdoc/>
    public string? Check(in RevocationSubject subject)
    {
        if (!_parties.IsEmpty && (_parties.ContainsKey(subject.Caller) || _parties.ContainsKey(subject.Subject) || ContainsAny(_parties, subject.Actors)))
            return DecisionReason.AgentRevoked;
        if (subject.TokenId is { } token)
        {
            if (!_restored.IsEmpty && IsFromBeforeRestore(subject))
                return DecisionReason.AgentRevoked;
            if (!_tokens.IsEmpty && (_tokens.ContainsKey(token) || ContainsAny(_tokens, subject.Ancestors)))
                return DecisionReason.TokenRevoked;
            if (subject.IssuedAt.UtcTicks <= Volatile.Read(ref _refusedIssuedUntil))
                return DecisionReason.RevocationUnknown;
        }
        return subject.TransactionId is { } transaction && !_transactions.IsEmpty && _transactions.ContainsKey(transaction)
            ? DecisionReason.TransactionRevoked : null;
    }

    /// <summary>Applies an event. One that is older than what is known about a party, or was applied before, changes nothing.</summary>
    /// <returns>Whether it changed anything.</returns>
    internal bool Apply(SecurityEvent received)
    {
        switch (received.Kind)
        {
            case SecurityEventKind.TokenRevoked:
                return Add(_tokens, received.Subject, received.Until, received.OccurredAt);
            case SecurityEventKind.TransactionRevoked:
                return Add(_transactions, received.Subject, received.Until, received.OccurredAt);
            default:
                return ApplyToParty(received);
        }
    }

    private bool ApplyToParty(SecurityEvent received)
    {
        lock (_gate)
        {
            if (!_lastChange.TryGetValue(received.Subject, out var last) || received.OccurredAt > last.At)
                last = _lastChange[received.Subject] = (received.OccurredAt, new HashSet<string>(StringComparer.Ordinal));
            if (received.OccurredAt < last.At || !last.Events.Add(received.Id))
                return false;
            if (received.Kind == SecurityEventKind.PartyRestored)
                Restore(received.Subject, received.OccurredAt);
            else
                RevokeAgent(received.Subject);
            return true;
        }
    }

    private void Restore(string party, DateTimeOffset at)
    {
        // In this order: at no moment is a token from before let through.
        _restored[party] = DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds() + 1);
        _parties.TryRemove(party, out _);
    }

    private bool IsFromBeforeRestore(in RevocationSubject subject)
    {
        if (IsBefore(subject.IssuedAt, subject.Caller) || IsBefore(subject.IssuedAt, subject.Subject))
            return true;
        for (var i = 0; i < subject.Actors.Count; i++)
        {
            if (IsBefore(subject.IssuedAt, subject.Actors[i]))
                return true;
        }
        return false;

        bool IsBefore(DateTimeOffset issuedAt, string party) => _restored.TryGetValue(party, out var from) && issuedAt < from;
    }

    private static bool ContainsAny<T>(ConcurrentDictionary<string, T> revoked, IReadOnlyList<string> names)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (revoked.ContainsKey(names[i]))
                return true;
        }
        return false;
    }

    private bool Add(ConcurrentDictionary<string, DateTimeOffset> entries, string key, DateTimeOffset until, DateTimeOffset revokedAt)
    {
        var added = entries.TryAdd(key, until);
        lock (_gate)
        {
            _newestRevocation = Math.Max(_newestRevocation, revokedAt.UtcTicks);
            if (_tokens.Count + _transactions.Count >= _purgeAt)
                Purge();
        }
        Revoked?.Invoke();
        return added;
    }

    private void Purge()
    {
        var now = _time.GetUtcNow();
        foreach (var each in (ConcurrentDictionary<string, DateTimeOffset>[])[_tokens, _transactions])
        {
            foreach (var (old, end) in each)
            {
                if (end <= now)
                    each.TryRemove(old, out _);
            }
        }
        if (_tokens.Count + _transactions.Count >= MostEntries)
        {
            // Whatever was revoked had been issued before. First refused as a whole, then forgotten one by one.
            Volatile.Write(ref _refusedIssuedUntil, _newestRevocation);
            _tokens.Clear();
            _transactions.Clear();
        }
        _purgeAt = Math.Clamp(2 * (_tokens.Count + _transactions.Count), FewEntries, MostEntries);
    }
}
