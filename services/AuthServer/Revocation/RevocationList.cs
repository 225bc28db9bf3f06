using System.Collections.Concurrent;
using AgentMesh.AuthServer.Storage;
using AgentMesh.AuthServer.Tokens;

namespace AgentMesh.AuthServer.Revocation;

/// <summary>What is revoked now, in memory: every exchange and introspection asks it. Folded from the log of security events.</summary>
internal sealed class RevocationList(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _tokens = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _transactions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _disabled = new(StringComparer.Ordinal);

    public bool IsDisabled(string party) => _disabled.ContainsKey(party);

    /// <summary>Why a valid token is no good any more; null: it is good. Continues the sentence "the token is refused: …".</summary>
    public string? FindReason(AccessToken token)
    {
        if (_tokens.ContainsKey(token.Id))
        {
            return "it is revoked";
        }
        if (_transactions.ContainsKey(token.TransactionId))
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
                _tokens[securityEvent.Subject] = securityEvent.ExpiresAt ?? DateTimeOffset.MaxValue;
                break;
            case SecurityEventKind.TransactionRevoked:
                _transactions[securityEvent.Subject] = securityEvent.ExpiresAt ?? DateTimeOffset.MaxValue;
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
        foreach (var list in (ReadOnlySpan<ConcurrentDictionary<string, DateTimeOffset>>)[_tokens, _transactions])
        {
            foreach (var entry in list)
            {
                if (entry.Value < now)
                {
                    list.TryRemove(entry);
                }
            }
        }
    }
}
