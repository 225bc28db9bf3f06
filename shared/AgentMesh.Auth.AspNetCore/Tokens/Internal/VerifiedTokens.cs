using System.Collections.Concurrent;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// Tokens whose signature was verified, by the hash of exactly their bytes. Only tokens that an issuer signed for this party get in, so
/// nobody else can fill it.
/// </summary>
internal sealed class VerifiedTokens(int capacity)
{
    private readonly ConcurrentDictionary<TokenHash, VerifiedToken> _tokens = new();
    private readonly Lock _trimming = new();

    public int Count => _tokens.Count;

    public VerifiedToken? Find(in TokenHash hash) => _tokens.GetValueOrDefault(hash);

    public void Forget(in TokenHash hash) => _tokens.TryRemove(hash, out _);

    public void Add(VerifiedToken token, DateTimeOffset now)
    {
        if (capacity == 0)
            return;
        _tokens[token.Hash] = token;
        if (_tokens.Count > capacity)
            Trim(now);
    }

    private void Trim(DateTimeOffset now)
    {
        if (!_trimming.TryEnter())
            return;
        try
        {
            foreach (var (hash, token) in _tokens)
            {
                if (token.ExpiresAt <= now)
                    _tokens.TryRemove(hash, out _);
            }
            if (_tokens.Count <= capacity)
                return;
            // Those that end first are worth least.
            foreach (var (hash, _) in _tokens.OrderBy(static t => t.Value.ExpiresAt).Take(_tokens.Count - capacity + (capacity / 10)))
                _tokens.TryRemove(hash, out _);
        }
        finally
        {
            _trimming.Exit();
        }
    }
}
