using AgentMesh.Auth;
using AgentMesh.Cli.Checks;
using AgentMesh.Cli.Demo;
using AgentMesh.Deployment.Runs;
using AgentMesh.Manifest;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentMesh.Mesh.Tests;

/// <summary>A box of <c>mesh check</c> is green only for what was seen.</summary>
public sealed class ChecklistTests : IDisposable
{
    private readonly DirectoryInfo _run = Directory.CreateTempSubdirectory("mesh-");

    public void Dispose() => _run.Delete(recursive: true);

    [Theory]
    [InlineData(typeof(HttpRequestException))]
    [InlineData(typeof(TaskCanceledException))]
    [InlineData(typeof(DirectoryNotFoundException))]
    public async Task A_box_that_cannot_be_looked_into_is_red_and_the_others_are_looked_into(Type failure)
    {
        var result = await Checklist.TryAsync(new Failing((Exception)Activator.CreateInstance(failure)!), null!, TestContext.Current.CancellationToken);

        Assert.Equal(("a box", CheckLevel.Red), (result.Name, result.Level));
    }

    [Fact]
    public async Task A_manifest_that_was_changed_since_the_mesh_started_is_not_the_policy_in_force()
    {
        var manifest = MeshManifest.Load(Path.Combine(Repository.Root, "mesh.json"));
        await DecideAsync("trader", manifest.Version);
        ICheck[] boxes = [new LeastPrivilege(), new ZeroStandingPrivilege()];
        foreach (var box in boxes)
            Assert.Equal(CheckLevel.Green, (await box.RunAsync(Context(manifest), TestContext.Current.CancellationToken)).Level);

        await DecideAsync("advisor", "sha256:before");

        foreach (var box in (ICheck[])[.. boxes, new HumanApproval()])
        {
            var result = await box.RunAsync(Context(manifest), TestContext.Current.CancellationToken);
            Assert.Equal(CheckLevel.Red, result.Level);
            Assert.Contains("advisor decides by sha256:before", result.Evidence);
        }
    }

    [Fact]
    public async Task What_is_kept_over_the_end_of_the_mesh_is_looked_through_too()
    {
        var kept = Directory.CreateDirectory(Path.Combine(_run.FullName, "elsewhere"));
        var run = Directory.CreateDirectory(Path.Combine(_run.FullName, "run"));
        Directory.CreateDirectory(Path.Combine(kept.FullName, "audit"));
        Directory.CreateSymbolicLink(Path.Combine(run.FullName, "audit"), Path.Combine(kept.FullName, "audit"));
        var context = Context(MeshManifest.Load(Path.Combine(Repository.Root, "mesh.json")), run.FullName);
        Assert.NotEqual(CheckLevel.Red, (await new StaticSecrets().RunAsync(context, TestContext.Current.CancellationToken)).Level);

        var leaked = Path.Combine(kept.FullName, "notes.txt");
        await File.WriteAllTextAsync(leaked, "-----BEGIN PRIVATE KEY-----\n", TestContext.Current.CancellationToken);

        var result = await new StaticSecrets().RunAsync(context, TestContext.Current.CancellationToken);
        Assert.Equal(CheckLevel.Red, result.Level);
        Assert.Contains(result.Evidence, line => line.StartsWith(leaked, StringComparison.Ordinal));
    }

    private async Task DecideAsync(string party, string policy)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(_run.FullName, "audit")).FullName, party + ".jsonl");
        await using var journal = new AuditJournal(path, party, TimeProvider.System, NullLogger<AuditJournal>.Instance);
        await journal.WriteAsync(new() { Kind = "decision", Time = TimeProvider.System.GetUtcNow(), Party = party, Decision = "allow", PolicyVersion = policy }, TestContext.Current.CancellationToken);
    }

    private CheckContext Context(MeshManifest manifest, string? directory = null)
    {
        var (folder, issuer) = (directory ?? _run.FullName, new Uri("https://127.0.0.1:1/"));
        var mesh = new RunningMesh { Manifest = manifest, WorkloadApi = "", Issuer = issuer, Agents = new Dictionary<string, Uri>(), Directory = folder, Operator = manifest.Operators["local"] };
        var run = new RunInfo(Environment.ProcessId, default, folder, manifest.Path!, "", issuer, mesh.Agents, new Dictionary<string, RunningChild>(), "local");
        return new CheckContext(run, mesh, null!, [], TimeProvider.System);
    }

    private sealed class Failing(Exception failure) : ICheck
    {
        public string Name => "a box";

        public Task<CheckResult> RunAsync(CheckContext context, CancellationToken cancellationToken) => Task.FromException<CheckResult>(failure);
    }
}
