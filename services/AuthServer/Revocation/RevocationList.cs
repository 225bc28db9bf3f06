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
        if (_disabled.IsEmpty)
        {
            return null;
        }
        return IsDisabled(token.Subject) || IsDisabled(token.ClientId) || token.Actors.Any(IsDisabled)
            ? "a party in its chain is disabled"
            : null;
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
