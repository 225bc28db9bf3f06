using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using AgentMesh.Deployment.Runs;
using AgentMesh.Manifest;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AgentMesh.AppHost;

/// <summary>One run of the mesh on this machine: its manifest, its private folder, and the file by which <c>mesh</c> finds it.</summary>
internal sealed class MeshRun : IDisposable
{
    private const string Prefix = "mesh-";

    private RunFile? _announced;
    private int _following;

    private MeshRun(MeshManifest manifest, string directory) => (Manifest, Directory) = (manifest, directory);

    public MeshManifest Manifest { get; }

    /// <summary>Mode 0700, short enough for a Unix socket below it, gone when the run is.</summary>
    public string Directory { get; }

    public string Audit => Path.Combine(Directory, "audit");

    public string State => Path.Combine(Directory, "state");

    /// <summary>Debug or Release: what the AppHost was built as, and with it all that it starts.</summary>
    public static string Configuration { get; } =
        typeof(MeshRun).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";

    /// <summary>The operator whose identity the <c>mesh</c> executable has.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public Party Operator => Manifest.Operators.Values.FirstOrDefault(party => party.Project is not null || party.Executable is not null)
        ?? throw new InvalidOperationException($"{Manifest.Path} names no operator with a project or an executable. Add one, so that the dashboard's commands have an identity.");

    /// <summary>The services that are started besides the identity source and the authorization server.</summary>
    public IEnumerable<Party> OtherServices =>
        Manifest.Services.Values.Where(party => party.Name is not ("auth-server" or "workload-api") && File.Exists(ProjectFile(party)));

    public static MeshRun Open(IDistributedApplicationBuilder builder)
    {
        var path = builder.Configuration["Mesh:Manifest"] ?? Path.Combine(builder.AppHostDirectory, "..", "mesh.json");
        RunFile.Sweep(Remove);
        var run = new MeshRun(MeshManifest.Load(Path.GetFullPath(path)), System.IO.Directory.CreateTempSubdirectory(Prefix).FullName);
        System.IO.Directory.CreateDirectory(run.Audit);
        System.IO.Directory.CreateDirectory(run.State);
        return run;
    }

    /// <summary>The project file of a party, whatever it is called in its folder.</summary>
    public string ProjectFile(Party party)
    {
        var folder = Path.GetFullPath(party.Project!, Manifest.Root);
        return System.IO.Directory.Exists(folder) && System.IO.Directory.EnumerateFiles(folder, "*.csproj").FirstOrDefault() is { } file
            ? file
            : Path.Combine(folder, Path.GetFileName(folder) + ".csproj");
    }

    /// <summary>
    /// Once the authorization server is ready, every address is known: then <c>mesh ask</c>, <c>status</c> and the others find this run, and
    /// from then on the processes of its parts.
    /// </summary>
    public void AnnounceOnceReady(
        MeshIdentitySource identity,
        IResourceBuilder<ProjectResource> authServer,
        IReadOnlyList<IResourceBuilder<ProjectResource>> services,
        IReadOnlyDictionary<string, IResourceBuilder<ProjectResource>> agents) => authServer.OnResourceReady((_, ready, _) =>
        {
            if (Interlocked.Exchange(ref _following, 1) == 0)
                _ = FollowAsync(ready.Services);
            return Task.CompletedTask;

            async Task FollowAsync(IServiceProvider provider)
            {
                using var self = Process.GetCurrentProcess();
                List<IResourceBuilder<ProjectResource>> parts = [.. agents.Values, .. services, authServer];
                if (identity.Embedded is { } embedded)
                    parts.Add(embedded);
                var run = new RunInfo(
                    self.Id,
                    self.StartTime.ToUniversalTime(),
                    Directory,
                    Manifest.Path!,
                    identity.Address,
                    new Uri(authServer.GetEndpoint(MeshParty.MutualTls).Url + "/"),
                    agents.ToDictionary(agent => agent.Key, agent => new Uri(agent.Value.GetEndpoint(MeshParty.MutualTls).Url + "/")),
                    parts.ToDictionary(part => part.Resource.Name, part => new RunningChild(0, new Uri(part.GetEndpoint(MeshParty.Health).Url + "/health"))),
                    Operator.Name);
                _announced = RunFile.Announce(run);
                try
                {
                    var stopping = provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
                    await foreach (var change in provider.GetRequiredService<ResourceNotificationService>().WatchAsync(stopping))
                    {
                        if (!run.Children.TryGetValue(change.Resource.Name, out var child) || child.ProcessId == ProcessId(change.Snapshot))
                            continue;
                        run = run with
                        {
                            Children = new Dictionary<string, RunningChild>(run.Children) { [change.Resource.Name] = child with { ProcessId = ProcessId(change.Snapshot) } },
                        };
                        _announced = RunFile.Announce(run);
                    }
                }
                catch (OperationCanceledException)
                {
                    // The AppHost ends.
                }
            }
        });

    public void Dispose()
    {
        _announced?.Dispose();
        Remove(Directory);
    }

    /// <summary>The process of a part; 0 while it has none.</summary>
    private static int ProcessId(CustomResourceSnapshot snapshot) =>
        Convert.ToInt32(snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value ?? 0, CultureInfo.InvariantCulture);

    private static void Remove(string directory)
    {
        if (!Path.GetFileName(directory).StartsWith(Prefix, StringComparison.Ordinal))
            return;
        try
        {
            System.IO.Directory.Delete(directory, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody still writes there; the next run removes it.
        }
    }
}
