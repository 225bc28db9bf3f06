namespace AgentMesh.Spiffe;

/// <summary>Always answers with the newest X.509 bundle of a trust domain.</summary>
public interface IX509BundleSource
{
    /// <summary>The trust domain's bundle, or null: then none of its SVIDs is trusted (Workload API §4.6).</summary>
    X509Bundle? FindX509Bundle(TrustDomain trustDomain);
}
