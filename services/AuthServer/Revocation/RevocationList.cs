using System.Collections.Concurrent;
using AgentMesh.AuthServer.Storage;
using AgentMesh.AuthServer.Tokens;

namespace AgentMesh.AuthServer.Revocation;

/// <summary>What is revoked now, in memory: every exchange and introspection asks it. Folded from the log of security events.</summary>
internal sealed class RevocationList(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Entry> _tokens = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Entry> _transactions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _disabled = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _restored = new(StringComparer.Ordinal);

    /// <summary>SPIFFE IDs of the parties that are disabled now.</summary>
    public IReadOnlyCollection<string> Disabled => [.. _disabled.Keys];

    public bool IsDisabled(string party) => _disabled.ContainsKey(party);

    /// <summary>How many tokens that could still be used a party has revoked.</summary>
    public int CountTokensRevokedBy(string party) => _tokens.Values.Count(entry => entry.InitiatedBy == party);

    /// <summary>Why a valid token is no good any more; null: it is good. Continues the sentence "the token is refused: …".</summary>
    public string? FindReason(AccessToken token)
    {
        if (!_tokens.IsEmpty)
        {
            if (_tokens.ContainsKey(token.Id))
            {
                return "it is revoked";
            }
            if (token.Ancestors.Any(_tokens.ContainsKey))
            {
                return "a token that it comes from is revoked";
            }
        }
        if (!_transactions.IsEmpty && _transactions.ContainsKey(token.TransactionId))
        {
            return "its task is revoked";
        }
        if (!_disabled.IsEmpty && (IsDisabled(token.Subject) || IsDisabled(token.ClientId) || token.Actors.Any(IsDisabled)))
        {
            return "a party in its chain is disabled";
        }
        return token.IssuedAt < IssuableFrom(token) ? "a party in its chain was disabled since" : null;
    }

    /// <summary>
    /// The earliest time of issue of a good token with the parties of this one. What was issued before a party was disabled stays refused
    /// after it was enabled; and because tokens tell time in whole seconds, those of the very second count as from before.
    /// </summary>
    public DateTimeOffset IssuableFrom(AccessToken token)
    {
        if (_restored.IsEmpty)
        {
            return DateTimeOffset.MinValue;
        }
        var latest = Later(Later(DateTimeOffset.MinValue, token.Subject), token.ClientId);
        return token.Actors.Aggregate(latest, Later);

        DateTimeOffset Later(DateTimeOffset known, string party) => _restored.TryGetValue(party, out var from) && from > known ? from : known;
    }

    /// <summary>Takes events over in their order; taking one twice changes nothing.</summary>
    public void Apply(SecurityEventRow securityEvent)
    {
        switch (securityEvent.Kind)
        {
            case SecurityEventKind.TokenRevoked:
                _tokens[securityEvent.Subject] = Entry.Of(securityEvent);
                break;
            case SecurityEventKind.TransactionRevoked:
                _transactions[securityEvent.Subject] = Entry.Of(securityEvent);
                break;
            case SecurityEventKind.PartyDisabled:
                _disabled[securityEvent.Subject] = true;
                break;
            case SecurityEventKind.PartyEnabled:
                // In this order: at no moment is a token from before neither.
                _restored[securityEvent.Subject] = DateTimeOffset.FromUnixTimeSeconds(securityEvent.OccurredAt.ToUnixTimeSeconds() + 1);
                _disabled.TryRemove(securityEvent.Subject, out _);
                break;
            default:
                throw new InvalidOperationException($"The database holds a security event of the unknown kind {securityEvent.Kind}.");
        }
    }

    /// <summary>Forgets revocations whose tokens have all expired.</summary>
    public void RemoveExpired()
    {
        var now = time.GetUtcNow();
        foreach (var restored in _restored)
        {
            if (restored.Value + TokenLifetime.Longest < now)
            {
                _restored.TryRemove(restored);
            }
        }
        foreach (var list in (ReadOnlySpan<ConcurrentDictionary<string, Entry>>)[_tokens, _transactions])
        {
            foreach (var entry in list)
            {
                if (entry.Value.ExpiresAt < now)
                {
                    list.TryRemove(entry);
                }
            }
        }
    }

    private readonly record struct Entry(DateTimeOffset ExpiresAt, string InitiatedBy)
    {
        public static Entry Of(SecurityEventRow row) => new(row.ExpiresAt ?? DateTimeOffset.MaxValue, row.InitiatedBy);
    }
}
