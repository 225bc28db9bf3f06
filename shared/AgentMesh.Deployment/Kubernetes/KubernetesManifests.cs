using AgentMesh.Manifest;

namespace AgentMesh.Deployment.Kubernetes;

/// <summary>Kubernetes objects that follow from <c>mesh.json</c>: identities and the network that goes with them.</summary>
public static class KubernetesManifests
{
    /// <summary>
    /// The generated files by name, each a YAML stream: <c>service-accounts.yaml</c>, <c>cluster-spiffe-ids.yaml</c>,
    /// <c>network-policies.yaml</c> (deny by default, then one policy a party with only the manifest's edges), <c>namespace.yaml</c>,
    /// <c>workloads.yaml</c> (StatefulSets and Services), <c>postgresql.yaml</c> and the <c>kustomization.yaml</c> that names them.
    /// </summary>
    /// <remarks>
    /// A pod takes part when it runs under the ServiceAccount named after its party and carries the label
    /// <c>agentmesh.io/party</c> with the same name. The same manifest gives the same bytes.
    /// </remarks>
    public static IReadOnlyDictionary<string, string> Generate(MeshManifest manifest, KubernetesSettings settings)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(settings);
        var parties = ClusterParties.Of(manifest).ToList();

        var workloads = Workloads.Of(manifest, settings).ToList();
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["namespace.yaml"] = YamlMap.Stream([Namespaces.Restricted(settings)]),
            ["workloads.yaml"] = YamlMap.Stream(workloads.SelectMany(party => Workloads.Objects(manifest, party, settings))),
            ["postgresql.yaml"] = YamlMap.Stream(PostgreSql.Objects(settings)),
            ["service-accounts.yaml"] = YamlMap.Stream(parties.Select(party => WorkloadIdentities.ServiceAccount(party, settings))),
            ["cluster-spiffe-ids.yaml"] = YamlMap.Stream(parties.Select(party => WorkloadIdentities.ClusterSpiffeId(manifest, party, settings))),
            ["network-policies.yaml"] = YamlMap.Stream(parties
                .Select(party => NetworkPolicies.For(manifest, party, settings))
                .Prepend(NetworkPolicies.DefaultDeny(settings))),
        };
        files["kustomization.yaml"] = YamlMap.Stream([Kustomization.Of(files.Keys, settings)]);
        return files;
    }
}
