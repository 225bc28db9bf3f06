using AgentMesh.Manifest;
using k8s.Models;

namespace AgentMesh.Deployment.Tests.Cluster;

/// <summary>The cluster's workloads say the same as the manifest.</summary>
public sealed class WorkloadTests
{
    private static IEnumerable<Party> Parties => Repository.Manifest.Agents.Values
        .Append(Repository.Manifest.Services["auth-server"])
        .Concat(Repository.Settings.Services.Select(name => Repository.Manifest.Services[name]));

    public static TheoryData<string> Names => [.. Parties.Select(party => party.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_party_has_a_workload_that_is_it_and_nobody_else(string name)
    {
        var workload = Workload(name);
        Assert.Equal(name, workload.Spec.Template.Metadata.Labels["agentmesh.io/party"]);
        Assert.Equal(name, workload.Spec.Selector.MatchLabels["agentmesh.io/party"]);
        // The ClusterSPIFFEID asks for both, the label and the account.
        Assert.Equal(name, workload.Spec.Template.Spec.ServiceAccountName);
        Assert.Equal(name, Variable(workload, "Mesh__Name"));
        // What its agent card says: the Service, since a pod listens on no host of its own.
        Assert.Equal($"https://{name}:8443/", Variable(workload, "Mesh__Address"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_caller_is_told_where_its_callees_are_and_nobody_else_s(string name)
    {
        Assert.True(Repository.Manifest.TryGetParty(name, out var party));
        var told = Container(Workload(name)).Env.Where(variable => variable.Name.StartsWith("services__", StringComparison.Ordinal)).ToDictionary(variable => variable.Name, variable => variable.Value);
        var expected = Repository.Settings.Services.Contains(name) ? Repository.Manifest.Agents.Keys
            : party!.Kind == PartyKind.Agent ? party.Calls.Keys.Concat(Repository.Settings.Services)
            : party.Calls.Keys;
        Assert.Equal(expected.Order(), told.Keys.Select(key => key["services__".Length..^"__https__0".Length]).Order());
        Assert.All(told, variable => Assert.Contains(Services(), service => variable.Value == $"https://{service.Metadata.Name}:8443"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_network_lets_a_party_reach_whom_it_is_told_of_and_nobody_else_but_the_authorization_server(string name)
    {
        Assert.True(Repository.Manifest.TryGetParty(name, out var party));
        // A shared service is told where agents are to recognise them; it calls none.
        var told = Repository.Settings.Services.Contains(name) ? [] : party!.Calls.Keys.Concat(party.Kind == PartyKind.Agent ? Repository.Settings.Services : []);
        var expected = told.Concat(name == "auth-server" ? [] : ["auth-server"]).Order();
        Assert.Equal(expected, Reached(name).Order());
        Assert.All(Parties.Where(other => other.Name != name), other =>
            Assert.Equal(Reached(name).Contains(other.Name), Reaching(other.Name).Contains(name)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_probe_is_on_the_plain_port_and_no_Service_leads_to_it(string name)
    {
        var container = Container(Workload(name));
        var health = container.Ports.Single(port => port.Name == "health");
        foreach (var probe in new[] { container.StartupProbe, container.ReadinessProbe, container.LivenessProbe })
        {
            Assert.Equal("health", (string)probe.HttpGet.Port);
            Assert.Equal("HTTP", probe.HttpGet.Scheme);
        }

        Assert.Equal("/alive", container.LivenessProbe.HttpGet.Path);
        Assert.Equal("/health", container.ReadinessProbe.HttpGet.Path);
        Assert.Contains($"http://+:{health.ContainerPort}", Variable(Workload(name), "ASPNETCORE_URLS"), StringComparison.Ordinal);
        Assert.All(Services().SelectMany(service => service.Spec.Ports), port => Assert.NotEqual("health", (string)port.TargetPort));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_Workload_API_is_mounted_where_a_party_looks_for_it_and_by_the_driver_alone(string name)
    {
        var component = File.ReadAllText(Repository.PathOf("deploy/kubernetes/components/spiffe-csi/kustomization.yaml"));
        var socket = Variable(Workload(name), "SPIFFE_ENDPOINT_SOCKET")!;
        Assert.Contains($"mountPath: {Path.GetDirectoryName(socket["unix://".Length..])}\n", component, StringComparison.Ordinal);
        Assert.Contains("driver: csi.spiffe.io", component, StringComparison.Ordinal);
        Assert.DoesNotContain("hostPath:", component, StringComparison.Ordinal);
        // The component finds the workload by its label, and adds to lists that must be there.
        Assert.Equal(name, Workload(name).Metadata.Labels["agentmesh.io/party"]);
        Assert.NotEmpty(Workload(name).Spec.Template.Spec.Volumes);
        Assert.NotEmpty(Container(Workload(name)).VolumeMounts);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_a_party_writes_survives_its_pod(string name)
    {
        var workload = Workload(name);
        var claim = Assert.Single(workload.Spec.VolumeClaimTemplates).Metadata.Name;
        foreach (var setting in new[] { "Mesh__AuditDirectory", "Mesh__DataDirectory" })
            Assert.Equal(claim, Container(workload).VolumeMounts.Single(mount => mount.MountPath == Variable(workload, setting)).Name);
        // The instance of the journal is the pod's name, which stays; whoever sets it has to keep that so.
        Assert.DoesNotContain(Container(workload).Env, variable => variable.Name == "Mesh__AuditInstance");
    }

    [Fact]
    public void Two_authorization_servers_share_a_database_and_one_of_them_always_stays()
    {
        var server = Workload("auth-server");
        Assert.Equal(2, server.Spec.Replicas);
        Assert.Equal("postgresql", Variable(server, "Mesh__AuthServer__Database"));
        Assert.Contains(Container(server).Env, variable => variable is { Name: "Mesh__AuthServer__KeyEncryptionKey", ValueFrom.SecretKeyRef: not null });
        var budget = Assert.Single(ClusterObjects.All.OfType<V1PodDisruptionBudget>());
        Assert.Equal("1", (string)budget.Spec.MinAvailable);
    }

    [Fact]
    public void Only_the_authorization_server_reaches_the_database_and_the_database_reaches_nobody()
    {
        var policy = ClusterObjects.All.OfType<V1NetworkPolicy>().Single(policy => policy.Metadata.Name == "postgresql");
        var from = Assert.Single(Assert.Single(policy.Spec.Ingress).FromProperty);
        Assert.Equal("auth-server", from.PodSelector.MatchLabels["agentmesh.io/party"]);
        Assert.Contains("Egress", policy.Spec.PolicyTypes);
        Assert.True(policy.Spec.Egress is null or { Count: 0 });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_policy_that_a_pod_reads_is_the_mounted_manifest(string name)
    {
        var workload = Workload(name);
        var mount = Container(workload).VolumeMounts.Single(mount => mount.Name == "manifest");
        Assert.True(mount.ReadOnlyProperty);
        Assert.Equal(mount.MountPath + "/mesh.json", Variable(workload, "Mesh__Manifest"));
        Assert.Equal("mesh-manifest", workload.Spec.Template.Spec.Volumes.Single(volume => volume.Name == "manifest").ConfigMap.Name);
        Assert.Equal(File.ReadAllText(Repository.PathOf("mesh.json")), ClusterObjects.Files["base/mesh.json"]);
    }

    private static HashSet<string> Reached(string name) => Peers(Policy(name).Spec.Egress?.SelectMany(rule => rule.To ?? []));

    private static HashSet<string> Reaching(string name) => Peers(Policy(name).Spec.Ingress?.SelectMany(rule => rule.FromProperty ?? []));

    private static HashSet<string> Peers(IEnumerable<V1NetworkPolicyPeer>? peers) => [.. (peers ?? [])
        .Select(peer => peer.PodSelector?.MatchLabels.TryGetValue("agentmesh.io/party", out var party) is true ? party : null)
        .OfType<string>()];

    private static V1NetworkPolicy Policy(string name) => ClusterObjects.All.OfType<V1NetworkPolicy>().Single(policy => policy.Metadata.Name == name);

    private static V1StatefulSet Workload(string name) => ClusterObjects.Workloads.Single(workload => workload.Metadata.Name == name);

    private static V1Container Container(V1StatefulSet workload) => Assert.Single(workload.Spec.Template.Spec.Containers);

    private static string? Variable(V1StatefulSet workload, string name) => Container(workload).Env.Single(variable => variable.Name == name).Value;

    private static IEnumerable<V1Service> Services() => ClusterObjects.All.OfType<V1Service>();
}
