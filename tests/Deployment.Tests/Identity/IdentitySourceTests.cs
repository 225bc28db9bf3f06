using AgentMesh.Deployment.Identity;
using AgentMesh.Deployment.Processes;

namespace AgentMesh.Deployment.Tests.Identity;

public sealed class IdentitySourceTests
{
    private static readonly ContainerRuntime Docker = new("docker", "Debian GNU/Linux 13", IsRootless: false, IsVirtualMachine: false);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("auto")]
    [InlineData(" Auto ")]
    public void Auto_is_SPIRE_where_a_container_runtime_answers_on_Linux(string? setting)
    {
        var choice = IdentitySourceChoice.Decide(setting, endpoint: null, isLinux: true, Docker);
        Assert.Equal(IdentitySource.Spire, choice.Source);
        Assert.Same(Docker, choice.Runtime);
        Assert.Contains("docker answers", choice.Reason, StringComparison.Ordinal);
    }

    public static TheoryData<bool, ContainerRuntime?, string> Obstacles => new()
    {
        { false, Docker, "outside Linux" },
        { true, null, "no container runtime answers" },
        { true, Docker with { OperatingSystem = "Docker Desktop", IsVirtualMachine = true }, "virtual machine" },
        { true, Docker with { Name = "podman", IsRootless = true }, "podman is rootless" },
        { true, Docker with { IsConfinedBySELinux = true }, "SELinux" },
        { true, Docker with { IsElsewhere = true }, "another machine" },
    };

    [Theory]
    [MemberData(nameof(Obstacles))]
    public void Auto_is_the_embedded_Workload_API_where_SPIRE_cannot_serve_and_says_why(bool isLinux, ContainerRuntime? runtime, string reason)
    {
        var choice = IdentitySourceChoice.Decide("auto", endpoint: null, isLinux, runtime);
        Assert.Equal(IdentitySource.Embedded, choice.Source);
        Assert.Contains(reason, choice.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Obstacles))]
    public void SPIRE_that_was_asked_for_is_never_silently_something_else(bool isLinux, ContainerRuntime? runtime, string reason)
    {
        var refused = Assert.Throws<ArgumentException>(() => IdentitySourceChoice.Decide("spire", endpoint: null, isLinux, runtime));
        Assert.Contains("Mesh:Identity=spire", refused.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Embedded_is_embedded_also_where_SPIRE_could_serve() =>
        Assert.Equal(IdentitySource.Embedded, IdentitySourceChoice.Decide("embedded", endpoint: null, isLinux: true, Docker).Source);

    [Theory]
    [InlineData("unix:///run/spire/sockets/agent.sock")]
    [InlineData("tcp://127.0.0.1:8081")]
    public void External_is_the_Workload_API_that_the_environment_names(string endpoint)
    {
        var choice = IdentitySourceChoice.Decide("external", endpoint, isLinux: false, runtime: null);
        Assert.Equal((IdentitySource.External, endpoint), (choice.Source, choice.Endpoint));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("/run/spire/agent.sock")]
    [InlineData("unix://run/spire/agent.sock")]
    [InlineData("tcp://localhost:8081")]
    public void External_without_an_address_is_refused_with_the_variable_s_name(string? endpoint)
    {
        var refused = Assert.Throws<ArgumentException>(() => IdentitySourceChoice.Decide("external", endpoint, isLinux: true, Docker));
        Assert.Contains("SPIFFE_ENDPOINT_SOCKET", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_other_word_is_refused_with_the_words_there_are()
    {
        var refused = Assert.Throws<ArgumentException>(() => IdentitySourceChoice.Decide("none", endpoint: null, isLinux: true, Docker));
        Assert.Contains("auto, spire, embedded or external", refused.Message, StringComparison.Ordinal);
    }
}
