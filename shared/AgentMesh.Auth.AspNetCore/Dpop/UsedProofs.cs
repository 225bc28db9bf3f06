using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// Proofs that were used and could still be shown again (RFC 9449 §11.1), in the memory of this process. It holds a bounded number; when that is reached and none
/// is over, no proof is taken any more until one is.
/// </summary>
internal sealed class UsedProofs(IOptions<AgentServerOptions> options)
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(1);

    private readonly int _capacity = options.Value.UsedProofs;
    private readonly ConcurrentDictionary<TokenHash, long> _used = new();
    private long _sweepAt;
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Uses a proof up.</summary>
    /// <param name="proof">A proof of the key that the token is bound to.</param>
    /// <param name="now">The time.</param>
    /// <param name="window">How old a proof may be.</param>
    /// <returns>A reason code, or null for exactly one caller.</returns>
    public string? Use(DpopProof proof, DateTimeOffset now, TimeSpan window)
    {
        if (now.UtcTicks >= Volatile.Read(ref _sweepAt))
            Sweep(now);
        // Identifiers of different keys have nothing to do with each other.
        var identifier = TokenHash.Of($"{proof.Key.Thumbprint} {proof.Id}");
        if (_used.ContainsKey(identifier))
            return DecisionReason.ProofReplayed;
        if (Interlocked.Increment(ref _count) > _capacity)
        {
            Interlocked.Decrement(ref _count);
            return DecisionReason.ProofsFull;
        }
        if (_used.TryAdd(identifier, (proof.IssuedAt + window).UtcTicks))
            return null;
        Interlocked.Decrement(ref _count);
        return DecisionReason.ProofReplayed;
    }

    private void Sweep(DateTimeOffset now)
    {
        var due = Volatile.Read(ref _sweepAt);
        if (Interlocked.CompareExchange(ref _sweepAt, (now + SweepEvery).UtcTicks, due) != due)
            return;
        foreach (var (identifier, until) in _used)
        {
            // A proof is taken up to and including its last moment.
            if (until < now.UtcTicks && _used.TryRemove(identifier, out _))
                Interlocked.Decrement(ref _count);
        }
    }
}
