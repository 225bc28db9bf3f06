using System.Net;
using AgentMesh.Deployment.Processes;
using AgentMesh.Deployment.Tests.Bootstrap;

namespace AgentMesh.Deployment.Tests.Identity;

public sealed class ContainerRuntimeTests
{
    [Fact]
    public void Docker_on_this_machine_is_recognised() => Assert.Equal(
        new ContainerRuntime("docker", "Ubuntu 24.04.3 LTS", IsRootless: false, IsVirtualMachine: false),
        ContainerRuntime.Parse("docker", """{ "OperatingSystem": "Ubuntu 24.04.3 LTS", "SecurityOptions": ["name=apparmor", "name=seccomp,profile=builtin"] }"""));

    [Fact]
    public void Docker_without_root_is_recognised() =>
        Assert.True(ContainerRuntime.Parse("docker", """{ "OperatingSystem": "Debian", "SecurityOptions": ["name=seccomp", "name=rootless"] }""")!.IsRootless);

    [Fact]
    public void Docker_in_a_virtual_machine_is_recognised() =>
        Assert.True(ContainerRuntime.Parse("docker", """{ "OperatingSystem": "Docker Desktop", "SecurityOptions": null }""")!.IsVirtualMachine);

    [Theory]
    [InlineData("docker", """{ "OperatingSystem": "Fedora Linux 43", "SecurityOptions": ["name=seccomp,profile=builtin", "name=selinux"] }""")]
    [InlineData("podman", """{ "host": { "os": "linux", "security": { "rootless": false, "selinuxEnabled": true } } }""")]
    public void Containers_under_SELinux_are_recognised(string name, string json) =>
        Assert.True(ContainerRuntime.Parse(name, json)!.IsConfinedBySELinux);

    [Theory]
    [InlineData("docker", """{ "OperatingSystem": "Debian", "Name": "HOST" }""")]
    [InlineData("podman", """{ "host": { "os": "linux", "hostname": "HOST", "security": { "rootless": false } } }""")]
    public void A_daemon_of_another_machine_or_outside_this_container_is_recognised_by_its_host_s_name(string name, string json)
    {
        Assert.True(ContainerRuntime.Parse(name, json.Replace("HOST", "build-7.example", StringComparison.Ordinal), "5d1e0ffa1b2c")!.IsElsewhere);
        Assert.False(ContainerRuntime.Parse(name, json.Replace("HOST", "Build-7.example", StringComparison.Ordinal), "build-7.example")!.IsElsewhere);
        Assert.False(ContainerRuntime.Parse(name, json.Replace("HOST", Dns.GetHostName(), StringComparison.Ordinal))!.IsElsewhere);
    }

    [Theory]
    [InlineData("unix:///var/run/docker.sock", false)]
    [InlineData("tcp://127.0.0.1:2375", false)]
    [InlineData("ssh://ci@build-7.example", true)]
    [InlineData("tcp://10.1.2.3:2376", true)]
    public async Task A_daemon_that_is_reached_over_the_network_is_another_machine_s_even_under_this_one_s_name(string daemon, bool elsewhere)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The scripts are for a Unix shell.");
        using var folder = new TemporaryFolder();
        var client = folder.Script("client", $$"""
            case $1 in
              info) echo '{ "OperatingSystem": "Debian", "Name": "{{Dns.GetHostName()}}" }' ;;
              context) echo '{{daemon}}' ;;
            esac
            """);
        Assert.Equal(elsewhere, (await ContainerRuntime.FindAsync(client, TimeProvider.System, TestContext.Current.CancellationToken))!.IsElsewhere);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Podman_says_of_itself_whether_it_is_rootless(bool rootless)
    {
        var json = $$"""{ "host": { "os": "linux", "serviceIsRemote": false, "security": { "rootless": {{(rootless ? "true" : "false")}} } } }""";
        Assert.Equal(new ContainerRuntime("podman", "linux", rootless, IsVirtualMachine: false), ContainerRuntime.Parse("podman", json));
    }

    [Theory]
    [InlineData("""{ "ID": "", "OperatingSystem": "", "ServerErrors": ["Cannot connect to the Docker daemon"] }""")]
    [InlineData("")]
    [InlineData("[]")]
    public void A_client_without_a_daemon_is_no_runtime(string answer) => Assert.Null(ContainerRuntime.Parse("docker", answer));

    [Fact]
    public async Task A_runtime_that_is_not_installed_is_none() =>
        Assert.Null(await ContainerRuntime.FindAsync("agentmesh-no-such-runtime", TimeProvider.System, TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_runtime_that_fails_is_none_and_one_that_answers_is_found()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The scripts are for a Unix shell.");
        using var folder = new TemporaryFolder();
        var failing = folder.Script("failing", "echo '{ \"OperatingSystem\": \"Debian\" }'; exit 1");
        var answering = folder.Script("answering", "echo '{ \"OperatingSystem\": \"Debian\" }'");
        Assert.Null(await ContainerRuntime.AskAsync(new Command(failing), "docker", TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.NotNull(await ContainerRuntime.AskAsync(new Command(answering), "docker", TimeProvider.System, TestContext.Current.CancellationToken));
    }
}
