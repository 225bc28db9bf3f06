using System.Collections.Frozen;

namespace AgentMesh.AuthServer.Keys;

/// <summary>
/// The keys that count now, held in memory: the one that signs, the ones that tokens still in use were signed with,
/// and the next one, published ahead so that every callee knows it before the first token signed with it arrives.
/// </summary>
internal sealed class KeyRing(TimeProvider time)
{
    private volatile Snapshot _snapshot = new([], FrozenDictionary<string, SigningKey>.Empty);

    /// <summary>Raised after the set of keys changed.</summary>
    public event Action? Changed;

    /// <summary>Every published key, newest generation first.</summary>
    public IReadOnlyList<SigningKey> Keys => _snapshot.Keys;

    /// <summary>The key to sign with: the newest whose time has come.</summary>
    public SigningKey Current
    {
        get
        {
            var now = time.GetUtcNow();
            var keys = _snapshot.Keys;
            foreach (var key in keys)
            {
                if (key.ActiveFrom <= now)
                {
                    return key;
                }
            }

            // The very first key, made by an instance whose clock is ahead of this one's.
            return keys is [.., var oldest] ? oldest : throw new InvalidOperationException("The key ring holds no signing key.");
        }
    }

    public SigningKey? Find(string keyId) => _snapshot.ById.GetValueOrDefault(keyId);

    /// <summary>Takes over the given keys. Those already held keep their instance.</summary>
    public void Replace(IEnumerable<SigningKey> keys)
    {
        var previous = _snapshot;
        SigningKey[] next = [.. keys.Select(key => previous.ById.GetValueOrDefault(key.Id, key)).OrderByDescending(key => key.Generation)];
        _snapshot = new(next, next.ToFrozenDictionary(key => key.Id, StringComparer.Ordinal));
        if (next.Length != previous.Keys.Length || next.Any(key => !previous.ById.ContainsKey(key.Id)))
        {
            Changed?.Invoke();
        }
    }

    private sealed record Snapshot(SigningKey[] Keys, FrozenDictionary<string, SigningKey> ById);
}
