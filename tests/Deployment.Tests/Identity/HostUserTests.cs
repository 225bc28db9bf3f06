using AgentMesh.Deployment.Identity;

namespace AgentMesh.Deployment.Tests.Identity;

public sealed class HostUserTests
{
    private static readonly string[] Status = ["Name:\tdotnet", "Uid:\t1000\t1001\t1000\t1000", "Gid:\t2000\t2002\t2000\t2000"];

    [Fact]
    public void The_effective_ids_are_the_ones_that_count() =>
        Assert.Equal((1001, 2002), (HostUser.Effective("Uid:", Status), HostUser.Effective("Gid:", Status)));

    [Fact]
    public void A_kernel_that_says_nothing_is_an_error_and_not_root() =>
        Assert.Throws<PlatformNotSupportedException>(() => HostUser.Effective("Uid:", ["Name:\tdotnet"]));

    [Fact]
    public void The_user_of_this_process_is_known_on_Linux()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Read from the Linux kernel.");
        Assert.Matches("^[0-9]+:[0-9]+$", HostUser.Current());
    }
}
