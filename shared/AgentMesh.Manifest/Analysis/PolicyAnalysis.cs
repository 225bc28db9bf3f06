using AgentMesh.Manifest.Internal.Analysis;

namespace AgentMesh.Manifest;

/// <summary>Questions about a whole manifest: what a compromise could reach, what is probably too much, and why a call is or is not allowed.</summary>
public static class PolicyAnalysis
{
    /// <summary>
    /// What <paramref name="party"/> could reach if somebody else controlled it, transitively: its blast radius.
    /// </summary>
    /// <remarks>
    /// The party itself does whatever its identity allows; the agents it calls behave, that is, they call on only while serving its
    /// request and within that request's scopes. An agent called over mTLS alone carries nothing on, so it calls on its own behalf.
    /// Chains end at <see cref="MeshManifest.MaxDepth"/> and never return to the party while it acts in them. Other loops, which the
    /// authorization server refuses too, are not looked for: the answer is an upper bound.
    /// </remarks>
    /// <param name="manifest">The manifest.</param>
    /// <param name="party">The compromised agent, operator or service.</param>
    /// <param name="liveScopes">
    /// The scopes of the request that it is serving when compromised; empty for an idle party, which is what zero standing privilege is
    /// about. Without effect for an <see cref="EdgeAuthentication.Mtls"/> callee, whose requests carry none.
    /// </param>
    public static ReachReport Reach(MeshManifest manifest, Party party, IEnumerable<string> liveScopes)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(party);
        ArgumentNullException.ThrowIfNull(liveScopes);
        return new ReachSearch(party, manifest.MaxDepth).Run([.. liveScopes]);
    }

    /// <summary>
    /// The manifest's own warnings, and what a reviewer would ask about: high-risk scopes without approval, standing privilege, broad
    /// edges, operators with too much, edges that no chain within <see cref="MeshManifest.MaxDepth"/> gets to. In the order of the text.
    /// </summary>
    public static IReadOnlyList<ManifestDiagnostic> Lint(MeshManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return PolicyLint.Run(manifest);
    }

    /// <summary>The decision of <see cref="MeshManifest.Decide"/> with every reason for and against it, and where the manifest says so.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="caller">Name or SPIFFE ID.</param>
    /// <param name="callee">Name or SPIFFE ID.</param>
    /// <param name="scopes">Space-delimited; empty for all of the edge's scopes that are justified and need no approval.</param>
    /// <param name="serving">The scopes of the request being served, space-delimited; empty when none is.</param>
    public static PolicyExplanation Explain(MeshManifest manifest, string caller, string callee, string scopes, string serving)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(callee);
        ArgumentNullException.ThrowIfNull(scopes);
        ArgumentNullException.ThrowIfNull(serving);
        return new PolicyExplainer(manifest).Explain(caller, callee, scopes, serving);
    }
}
