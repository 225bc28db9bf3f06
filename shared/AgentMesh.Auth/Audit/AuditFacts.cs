using System.Runtime.CompilerServices;
using AgentMesh.Manifest;
using AgentMesh.Spiffe;

namespace AgentMesh.Auth;

/// <summary>What audit events say about a caller's workload and about what is at stake, in the same words in all parts (AIMS §audit).</summary>
public static class AuditFacts
{
    /// <summary>A scope that needs a person's approval is involved.</summary>
    public const string HighRisk = "high";

    /// <summary>None is.</summary>
    public const string NormalRisk = "normal";

    private static readonly ConditionalWeakTable<SpiffePeer, string> Peers = [];
    private static readonly ConditionalWeakTable<X509Svid, string> Svids = [];

    /// <summary>How a workload's SVID stands: the trust domain that vouches for it, and until when.</summary>
    /// <param name="id">The SVID's SPIFFE ID.</param>
    /// <param name="notAfter">When the SVID ends.</param>
    /// <returns>For <see cref="AuditEvent.Posture"/>.</returns>
    public static string PostureOf(SpiffeId id, DateTimeOffset notAfter)
    {
        ArgumentNullException.ThrowIfNull(id);
        return $"SVID of {id.TrustDomain}, valid until {notAfter.UtcDateTime:O}";
    }

    /// <summary>How the SVID of a connection's peer stands. Written once for each connection.</summary>
    /// <param name="peer">Null: nobody proved anything.</param>
    /// <returns>For <see cref="AuditEvent.Posture"/>.</returns>
    public static string? PostureOf(SpiffePeer? peer) => peer is null ? null : Peers.GetValue(peer, static p => PostureOf(p.Id, p.NotAfter));

    internal static string PostureOf(X509Svid svid) => Svids.GetValue(svid, static s => PostureOf(s.Id, s.NotAfter));

    /// <summary>What is at stake with these scopes.</summary>
    /// <param name="manifest">Says which of them need approval.</param>
    /// <param name="scopes">Space-delimited.</param>
    /// <returns>For <see cref="AuditEvent.Risk"/>; null when there are no scopes.</returns>
    public static string? RiskOf(MeshManifest manifest, string? scopes)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (string.IsNullOrEmpty(scopes))
            return null;
        foreach (var range in scopes.AsSpan().Split(' '))
        {
            if (manifest.Scopes.TryGetValue(scopes[range], out var scope) && scope.NeedsApproval)
                return HighRisk;
        }
        return NormalRisk;
    }
}
