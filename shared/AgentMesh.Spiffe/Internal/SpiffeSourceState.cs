using System.Collections.Frozen;

namespace AgentMesh.Spiffe.Internal;

/// <summary>Everything a source answers from; immutable and replaced as a whole, so that no reader sees half an update.</summary>
internal sealed record SpiffeSourceState
{
    public static readonly SpiffeSourceState Empty = new();

    public X509Svid? Svid { get; init; }

    public FrozenDictionary<TrustDomain, X509Bundle> X509Bundles { get; init; } = FrozenDictionary<TrustDomain, X509Bundle>.Empty;

    /// <summary>Null until the stream has delivered, or was refused.</summary>
    public FrozenDictionary<TrustDomain, JwtBundle>? JwtBundles { get; init; }

    public bool IsReady => Svid is not null && JwtBundles is not null;
}
