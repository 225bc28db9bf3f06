using System.Diagnostics;
using System.Reflection;
using AgentMesh.Deployment.Runs;
using AgentMesh.Manifest;

namespace AgentMesh.AppHost;

/// <summary>One run of the mesh on this machine: its manifest, its private folder, and the file by which <c>mesh</c> finds it.</summary>
internal sealed class MeshRun : IDisposable
{
    private const string Prefix = "mesh-";

    private RunFile? _announced;

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

    /// <summary>Once the authorization server is ready, every address is known: then <c>mesh ask</c>, <c>status</c> and the others find this run.</summary>
    public void AnnounceOnceReady(
        MeshIdentitySource identity,
        IResourceBuilder<ProjectResource> authServer,
        IReadOnlyList<IResourceBuilder<ProjectResource>> services,
        IReadOnlyDictionary<string, IResourceBuilder<ProjectResource>> agents) => authServer.OnResourceReady((_, _, _) =>
        {
            using var self = Process.GetCurrentProcess();
            var parts = agents.Values.Concat(services).Append(authServer);
            _announced ??= RunFile.Announce(new RunInfo(
                self.Id,
                self.StartTime.ToUniversalTime(),
                Directory,
                Manifest.Path!,
                identity.Address,
                new Uri(authServer.GetEndpoint(MeshParty.MutualTls).Url + "/"),
                agents.ToDictionary(agent => agent.Key, agent => new Uri(agent.Value.GetEndpoint(MeshParty.MutualTls).Url + "/")),
                parts.ToDictionary(part => part.Resource.Name, part => new RunningChild(0, new Uri(part.GetEndpoint(MeshParty.Health).Url + "/health"))),
                Operator.Name));
            return Task.CompletedTask;
        });

    public void Dispose()
    {
        _announced?.Dispose();
        Remove(Directory);
    }

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
