namespace AgentMesh.Spiffe;

/// <summary>Decides whether an authenticated peer may be talked to. Called once a handshake, never with an unverified ID.</summary>
public delegate bool SpiffePeerAuthorizer(SpiffeId peer);

/// <summary>The usual authorizers. Any function from a SPIFFE ID to a decision will do.</summary>
public static class Authorize
{
    /// <summary>Any peer whose SVID verifies, of any trust domain there is a bundle for. The application must then decide by itself.</summary>
    public static SpiffePeerAuthorizer AnyPeer() => static _ => true;

    /// <summary>Exactly this peer.</summary>
    public static SpiffePeerAuthorizer Id(SpiffeId id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.Equals;
    }

    /// <summary>Any of these peers; none, when there are none.</summary>
    public static SpiffePeerAuthorizer OneOf(params IEnumerable<SpiffeId> ids) => ids.ToHashSet().Contains;

    /// <summary>Any peer of this trust domain.</summary>
    public static SpiffePeerAuthorizer MemberOf(TrustDomain trustDomain)
    {
        ArgumentNullException.ThrowIfNull(trustDomain);
        return peer => peer.MemberOf(trustDomain);
    }
}
