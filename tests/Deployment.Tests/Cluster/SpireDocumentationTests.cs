using AgentMesh.Deployment.Tests.Bootstrap;

namespace AgentMesh.Deployment.Tests.Cluster;

/// <summary>The commands of docs/aspire.md that start SPIRE for Compose; <c>docker</c> stands for a server that takes a while.</summary>
public sealed class SpireDocumentationTests
{
    [Fact]
    public async Task Pasted_at_once_they_wait_for_the_server_before_they_ask_it_for_anything()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("deploy/spire")).Select(file => Path.GetRelativePath(Repository.Root, file)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder.Path, file))!);
            File.Copy(Repository.PathOf(file), Path.Combine(folder.Path, file));
        }
        folder.Script("sudo", "exit 0");
        folder.Script("sleep", "exit 0");
        folder.Script("docker", """
            here=$(dirname "$0")
            case "$*" in
              *" healthcheck") echo >> "$here/asked"; test "$(wc -l < "$here/asked")" -ge 3 && touch "$here/ready"; test -e "$here/ready" ;;
              *" bundle show") test -e "$here/ready" && echo bundle ;;
              *" token generate "*) test -e "$here/ready" && echo 'Token: 0f3c' ;;
              "exec -i "*" entry create -data -") test -e "$here/ready" && cat > "$here/created" ;;
              *" entry create "*) exit 1 ;;
            esac
            """);

        await DocumentedCommands.RunAsync("docs/aspire.md", "### Compose, with SPIRE", folder);

        Assert.Equal("bundle\n", await ReadAsync(folder, "artifacts/spire/bundle.pem"));
        Assert.Equal("0f3c\n", await ReadAsync(folder, "artifacts/spire/join_token"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(Path.Combine(folder.Path, "artifacts/spire/join_token")).UnixFileMode);
        Assert.Equal(await ReadAsync(folder, "deploy/spire/entries.json"), await ReadAsync(folder, "created"));
    }

    private static Task<string> ReadAsync(TemporaryFolder folder, string file) => File.ReadAllTextAsync(Path.Combine(folder.Path, file), TestContext.Current.CancellationToken);
}
