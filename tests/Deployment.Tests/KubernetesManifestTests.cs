using AgentMesh.Deployment.Kubernetes;
using k8s;
using k8s.Models;

namespace AgentMesh.Deployment.Tests;

public sealed class KubernetesManifestTests
{
    private static readonly KubernetesSettings Settings = new();
    private static readonly IReadOnlyDictionary<string, string> Files = KubernetesManifests.Generate(Sample.Manifest, Settings);

    [Theory]
    [InlineData("service-accounts.yaml")]
    [InlineData("cluster-spiffe-ids.yaml")]
    [InlineData("network-policies.yaml")]
    public void The_files_are_the_reviewed_ones(string name) => Snapshot.Matches(name, Files[name]);

    [Fact]
    public void Nothing_else_is_generated() => Assert.Equal(
        ["cluster-spiffe-ids.yaml", "kustomization.yaml", "namespace.yaml", "network-policies.yaml", "postgresql.yaml", "service-accounts.yaml", "workloads.yaml"], Files.Keys);

    [Fact]
    public void Pods_get_no_token_for_the_clusters_api() => Assert.All(
        Load<V1ServiceAccount>("service-accounts.yaml"),
        account => Assert.False(account.AutomountServiceAccountToken));

    [Fact]
    public void A_pod_can_talk_to_exactly_the_manifests_edges_and_the_authorization_server()
    {
        var policies = Load<V1NetworkPolicy>("network-policies.yaml").ToDictionary(policy => policy.Metadata.Name);
        var parties = Sample.Manifest.Agents.Values.Concat(Sample.Manifest.Operators.Values).Concat(Sample.Manifest.Services.Values)
            .Where(party => party.Name != "workload-api").ToList();

        foreach (var (caller, callee) in parties.SelectMany(_ => parties, (caller, callee) => (caller, callee)))
        {
            var expected = Sample.Manifest.TryGetEdge(caller.Name, callee.Name, out _)
                || (callee.Name == "auth-server" && caller.Name != "auth-server");
            Assert.Equal(expected, Egress(policies[caller.Name]).Contains(callee.Name));
            Assert.Equal(expected, Ingress(policies[callee.Name]).Contains(caller.Name));
        }
    }

    [Fact]
    public void What_has_no_policy_of_its_own_is_cut_off()
    {
        var deny = Load<V1NetworkPolicy>("network-policies.yaml").Single(policy => policy.Metadata.Name == "default-deny");

        Assert.Null(deny.Spec.PodSelector.MatchLabels);
        Assert.Null(deny.Spec.Ingress);
        Assert.Null(deny.Spec.Egress);
        Assert.Equal(["Ingress", "Egress"], deny.Spec.PolicyTypes);
    }

    private static List<T> Load<T>(string file)
        where T : class => [.. KubernetesYaml.LoadAllFromString(Files[file], new Dictionary<string, Type>
        {
            ["v1/ServiceAccount"] = typeof(V1ServiceAccount),
            ["networking.k8s.io/v1/NetworkPolicy"] = typeof(V1NetworkPolicy),
        }).Cast<T>()];

    private static HashSet<string> Ingress(V1NetworkPolicy policy) =>
        Names((policy.Spec.Ingress ?? []).SelectMany(rule => rule.FromProperty ?? []));

    private static HashSet<string> Egress(V1NetworkPolicy policy) =>
        Names((policy.Spec.Egress ?? []).SelectMany(rule => rule.To ?? []));

    private static HashSet<string> Names(IEnumerable<V1NetworkPolicyPeer> peers) => [.. peers
        .Select(peer => peer.PodSelector.MatchLabels.TryGetValue("agentmesh.io/party", out var name) ? name : null)
        .OfType<string>()];
}
