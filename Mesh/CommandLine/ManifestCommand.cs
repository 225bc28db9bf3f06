using System.CommandLine;
using AgentMesh.Cli.Output;
using AgentMesh.Deployment;
using AgentMesh.Deployment.Kubernetes;
using AgentMesh.Manifest;

namespace AgentMesh.Cli.CommandLine;

/// <summary><c>mesh manifest kubernetes</c> and <c>mesh manifest spire</c>: what follows from the manifest elsewhere. Needs no running mesh.</summary>
internal static class ManifestCommand
{
    private static readonly Option<string?> Output = new("--output", "-o")
    {
        Description = "The folder to write to; default deploy/kubernetes or deploy/spire beside the manifest. \"-\" prints to the screen.",
    };

    private static readonly Option<bool> Check = new("--check")
    {
        Description = "Write nothing. Exit code 0: the files are as the manifest has them, 1: some are not.",
    };

    private static readonly Option<string> Namespace = new("--namespace") { Description = "The mesh's namespace.", DefaultValueFactory = _ => new KubernetesSettings().Namespace };

    private static readonly Option<string> ImagePrefix = new("--image-prefix")
    {
        Description = "Where the images are, up to the party's name: registry.example/team/. Say it each time, with --check, too, or name them in kustomization.yaml instead.",
        DefaultValueFactory = _ => new KubernetesSettings().ImagePrefix,
    };

    private static readonly Option<string> ImageTag = new("--image-tag") { Description = "The images' tag.", DefaultValueFactory = _ => new KubernetesSettings().ImageTag };

    public static Command Create(Screen screen) => new("manifest", "Write what clusters and SPIRE read, from mesh.json.")
    {
        Kubernetes(screen),
        Spire(screen),
    };

    private static Command Kubernetes(Screen screen)
    {
        var command = new Command("kubernetes", "Write the objects of a cluster: identities, network, workloads, and values for SPIRE's helm chart.")
        {
            Options.Manifest, Output, Check, Namespace, ImagePrefix, ImageTag,
        };
        command.SetAction(parsed =>
        {
            var manifest = ManifestFile.Load(parsed.GetValue(Options.Manifest));
            var files = GeneratedFiles.ForKubernetes(manifest, new KubernetesSettings
            {
                Namespace = parsed.GetValue(Namespace)!,
                ImagePrefix = parsed.GetValue(ImagePrefix)!,
                ImageTag = parsed.GetValue(ImageTag)!,
                Services = Deployed(manifest),
            });
            return Finish(parsed, screen, manifest, files, "kubernetes");
        });
        return command;
    }

    private static Command Spire(Screen screen)
    {
        var command = new Command("spire", "Write the configuration of a SPIRE server and agent on a container host, and the registration entries.")
        {
            Options.Manifest, Output, Check,
        };
        command.SetAction(parsed =>
        {
            var manifest = ManifestFile.Load(parsed.GetValue(Options.Manifest));
            return Finish(parsed, screen, manifest, GeneratedFiles.ForSpire(manifest), "spire");
        });
        return command;
    }

    /// <summary>The manifest always has every service of the mesh; those are deployed whose project is there.</summary>
    internal static IReadOnlyList<string> Deployed(MeshManifest manifest) => [.. manifest.Services.Values
        .Where(service => service.Name is not ("auth-server" or "workload-api") && service.Project is { } project && Directory.Exists(Path.Combine(manifest.Root, project)))
        .Select(service => service.Name)];

    private static int Finish(ParseResult parsed, Screen screen, MeshManifest manifest, GeneratedFiles files, string verb)
    {
        var output = parsed.GetValue(Output);
        var folder = output is null or "-" ? Path.Combine(manifest.Root, "deploy", verb) : Path.GetFullPath(output);
        if (parsed.GetValue(Check))
        {
            var stale = files.Stale(folder);
            screen.Line(stale.Count == 0
                ? $"{folder} is as the manifest has it"
                : $"{folder} is not as the manifest has it: {string.Join(", ", stale)}. Run `mesh manifest {verb}`.");
            return stale.Count == 0 ? ExitCode.Ok : ExitCode.No;
        }

        if (output == "-")
        {
            foreach (var (name, content) in files.Content)
                Console.Out.Write($"# --- {name}\n{content}");
            return ExitCode.Ok;
        }

        try
        {
            files.Write(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw MeshException.BadInput($"{folder} cannot be written: {e.Message}. Choose another one with --output.", e);
        }

        screen.Line($"{files.Content.Count} files in {folder}");
        return ExitCode.Ok;
    }
}
