using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// Proofs that were used and could still be shown again (RFC 9449 §11.1), in the memory of this process. It holds a bounded number, and of one client at most half
/// of it, so that none can keep the others out. When either is reached and no proof is over, no further one is taken until one is.
/// </summary>
internal sealed class UsedProofs(IOptions<AgentServerOptions> options)
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(1);

    private readonly int _capacity = options.Value.UsedProofs;
    private readonly int _share = options.Value.UsedProofs / 2;
    private readonly ConcurrentDictionary<TokenHash, (long Until, Held By)> _used = new();

    // As many as there are clients that this issuer gives tokens for this callee.
    private readonly ConcurrentDictionary<string, Held> _clients = new(StringComparer.Ordinal);
    private long _sweepAt;
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Uses a proof up.</summary>
    /// <param name="proof">A proof of the key that the token is bound to.</param>
    /// <param name="client">The token's <c>client_id</c>.</param>
    /// <param name="now">The time.</param>
    /// <param name="window">How old a proof may be.</param>
    /// <returns>A reason code, or null for exactly one caller.</returns>
    public string? Use(DpopProof proof, string client, DateTimeOffset now, TimeSpan window)
    {
        if (now.UtcTicks >= Volatile.Read(ref _sweepAt))
            Sweep(now);
        // Identifiers of different keys have nothing to do with each other.
        var identifier = TokenHash.Of($"{proof.Key.Thumbprint} {proof.Id}");
        if (_used.ContainsKey(identifier))
            return DecisionReason.ProofReplayed;
        var held = _clients.GetOrAdd(client, static _ => new Held());
        if (!TryTake(ref held.Count, _share))
            return DecisionReason.ProofsFull;
        if (!TryTake(ref _count, _capacity))
        {
            Interlocked.Decrement(ref held.Count);
            return DecisionReason.ProofsFull;
        }
        if (_used.TryAdd(identifier, ((proof.IssuedAt + window).UtcTicks, held)))
            return null;
        Release(held);
        return DecisionReason.ProofReplayed;
    }

    private static bool TryTake(ref int count, int most)
    {
        if (Interlocked.Increment(ref count) <= most)
            return true;
        Interlocked.Decrement(ref count);
        return false;
    }

    private void Release(Held held)
    {
        Interlocked.Decrement(ref held.Count);
        Interlocked.Decrement(ref _count);
    }

    private void Sweep(DateTimeOffset now)
    {
        var due = Volatile.Read(ref _sweepAt);
        if (Interlocked.CompareExchange(ref _sweepAt, (now + SweepEvery).UtcTicks, due) != due)
            return;
        foreach (var (identifier, use) in _used)
        {
            // A proof is taken up to and including its last moment.
            if (use.Until < now.UtcTicks && _used.TryRemove(identifier, out _))
                Release(use.By);
        }
    }

    /// <summary>How many proofs of one client are remembered.</summary>
    private sealed class Held
    {
        public int Count;
    }
}
