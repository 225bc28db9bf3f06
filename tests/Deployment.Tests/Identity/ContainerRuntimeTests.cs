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
