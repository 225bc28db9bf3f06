namespace AgentMesh.Spiffe;

/// <summary>One message of the X.509 stream: the workload's complete state (Workload API §5.2.1). What is not in it is withdrawn.</summary>
/// <param name="Svids">The identities; the first is the default. The receiver owns them and disposes those it does not use.</param>
/// <param name="Bundles">The bundles by trust domain, the own one and the federated ones.</param>
/// <param name="Problems">What was skipped because it could not be read, in words.</param>
public sealed record X509Context(IReadOnlyList<X509Svid> Svids, IReadOnlyDictionary<TrustDomain, X509Bundle> Bundles, IReadOnlyList<string> Problems);
