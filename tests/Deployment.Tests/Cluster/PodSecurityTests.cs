using k8s.Models;

namespace AgentMesh.Deployment.Tests.Cluster;

/// <summary>Kubernetes' Pod Security Standard "restricted", field by field, and what goes beyond it.</summary>
public sealed class PodSecurityTests
{
    public static TheoryData<string> Pods => [.. ClusterObjects.Pods.Keys];

    [Fact]
    public void The_namespace_admits_restricted_pods_only()
    {
        var labels = Assert.Single(ClusterObjects.All.OfType<V1Namespace>()).Metadata.Labels;
        Assert.Equal("restricted", labels["pod-security.kubernetes.io/enforce"]);
    }

    [Theory]
    [MemberData(nameof(Pods))]
    public void A_pod_runs_as_an_ordinary_user_without_privileges(string name)
    {
        var pod = ClusterObjects.Pods[name].Spec;
        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.True(pod.SecurityContext.RunAsUser > 0);
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.True((pod.HostNetwork, pod.HostPID, pod.HostIPC) is (null or false, null or false, null or false));
        Assert.All(pod.Volumes, volume => Assert.Null(volume.HostPath));
        Assert.All(pod.Containers, container =>
        {
            Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
            Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
            Assert.True(container.SecurityContext.RunAsNonRoot);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
            Assert.Null(container.SecurityContext.Capabilities.Add);
        });
    }

    [Theory]
    [MemberData(nameof(Pods))]
    public void A_pod_has_no_credential_for_the_cluster_s_API(string name)
    {
        var pod = ClusterObjects.Pods[name].Spec;
        Assert.False(pod.AutomountServiceAccountToken);
        Assert.NotEqual("default", pod.ServiceAccountName);
        Assert.Contains(ClusterObjects.All.OfType<V1ServiceAccount>(), account => account.Metadata.Name == pod.ServiceAccountName);
    }

    [Theory]
    [MemberData(nameof(Pods))]
    public void What_a_pod_keeps_secret_comes_from_a_Secret(string name) => Assert.All(
        ClusterObjects.Pods[name].Spec.Containers.SelectMany(container => container.Env ?? []),
        variable =>
        {
            if (variable.Name.Contains("PASSWORD", StringComparison.OrdinalIgnoreCase) || variable.Name.Contains("Key", StringComparison.Ordinal) || variable.Name.Contains("ConnectionString", StringComparison.Ordinal))
            {
                Assert.Null(variable.Value);
                Assert.NotNull(variable.ValueFrom.SecretKeyRef);
            }
        });
}
