using System.Collections.Concurrent;
using System.Text.Json;
using AgentMesh.Deployment.Processes;
using AgentMesh.Deployment.Runs;
using AgentMesh.Manifest;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.AppHost.Tests;

/// <summary>The AppHost with one identity source, started once for all tests of a class, and an operator in front of it.</summary>
public abstract class RunningMesh(string identity) : IAsyncLifetime
{
    public const string Question = "How risky is port-abc? Draft an order that lowers the risk.";

    // The first start pulls SPIRE's images.
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, string> _states = new();
    private readonly CancellationTokenSource _over = new();
    private DistributedApplication? _app;
    private RunInfo? _run;
    private MeshManifest? _manifest;

    public DistributedApplication App => _app ?? throw new InvalidOperationException("The mesh does not run.");

    public MeshManifest Manifest => _manifest ?? throw new InvalidOperationException("The mesh does not run.");

    /// <summary>Why this mesh cannot run here; null when it does.</summary>
    public string? Obstacle { get; private set; }

    /// <summary>Finds out whether this machine can run it.</summary>
    protected abstract Task<string?> FindObstacleAsync();

    public async ValueTask InitializeAsync()
    {
        Obstacle = await FindObstacleAsync();
        if (Obstacle is not null)
            return;

        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>([$"--Mesh:Identity={identity}"], CancellationToken.None);
        // The exporters would wait for a collector that is not there whenever a process ends.
        foreach (var project in builder.Resources.OfType<ProjectResource>().ToList())
            builder.CreateResourceBuilder(project).WithEnvironment("OTEL_SDK_DISABLED", "true");

        _app = await builder.BuildAsync(CancellationToken.None);
        _ = WatchAsync(_app);
        await WithinAsync(StartPatience, "the mesh to start", cancellation => _app.StartAsync(cancellation));
        await WithinAsync(StartPatience, "every part to be healthy", async cancellation =>
        {
            foreach (var part in Parts)
                await _app.ResourceNotifications.WaitForResourceHealthyAsync(part, cancellation);
        });
        // The AppHost announces its run once the authorization server is ready.
        await WithinAsync(Patience, "the run to be announced", async cancellation =>
        {
            while ((_run = RunFile.Live().FirstOrDefault(run => run.ProcessId == Environment.ProcessId)) is null)
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellation);
        });
        _manifest = MeshManifest.Load(_run!.Manifest);
    }

    /// <summary>Every resource that has a health check: the identity source, the services, the agents.</summary>
    public IReadOnlyList<string> Parts =>
        [.. App.Services.GetRequiredService<DistributedApplicationModel>().Resources
            .Where(resource => resource.Annotations.OfType<HealthCheckAnnotation>().Any())
            .Select(resource => resource.Name)];

    /// <summary>Runs <c>mesh</c>, which is attested as the operator.</summary>
    public async Task<CommandResult> MeshAsync(params string[] arguments)
    {
        var person = Manifest.Operators.Values.First(party => party.Project is not null);
        var command = new Command(ProjectExecutable.Resolve(Manifest, person, Configuration))
        {
            Environment = new Dictionary<string, string> { [RunFile.Variable] = _run!.Directory },
        };
        return await WithinAsync(Patience, $"mesh {arguments[0]}", cancellation => command.RunAsync(arguments, cancellation));
    }

    /// <summary>Asks the Advisor, and gives the answer as <c>mesh ask --json</c> prints it.</summary>
    public async Task<JsonElement> AskAsync()
    {
        var asked = await MeshAsync("ask", Question, "--json");
        Assert.True(asked.ExitCode == 0, $"mesh ask ended with {asked.ExitCode}: {asked.Error}");
        return JsonDocument.Parse(asked.Output).RootElement.GetProperty("answer");
    }

    /// <summary>Every record of the journals that belongs to a trace, with the party that wrote it.</summary>
    public IReadOnlyList<(string Party, string Record)> Journal(string traceId) =>
        [.. Directory.EnumerateFiles(Path.Combine(_run!.Directory, "audit"), "*.jsonl")
            .SelectMany(file => Lines(file).Where(line => line.Contains(traceId, StringComparison.Ordinal)).Select(line => (Path.GetFileNameWithoutExtension(file), line)))];

    public Task HealthyAsync(string part) =>
        WithinAsync(Patience, $"{part} to be healthy", cancellation => App.ResourceNotifications.WaitForResourceHealthyAsync(part, cancellation));

    public Task<ExecuteCommandResult> CommandAsync(string part, string command)
    {
        var resource = App.Services.GetRequiredService<DistributedApplicationModel>().Resources.Single(resource => resource.Name == part);
        return WithinAsync(Patience, $"command {command} of {part}", cancellation => App.ResourceCommands.ExecuteCommandAsync(resource, command, cancellation));
    }

    /// <summary>Waits with a limit. When it is over, the states of all resources say what the mesh was doing.</summary>
    public async Task<T> WithinAsync<T>(TimeSpan limit, string what, Func<CancellationToken, Task<T>> wait)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(limit);
        try
        {
            return await wait(timeout.Token);
        }
        catch (Exception e) when (timeout.IsCancellationRequested || e is DistributedApplicationException)
        {
            throw new TimeoutException($"Waited {limit.TotalSeconds:0} s for {what}.{Environment.NewLine}{States()}", e);
        }
    }

    public Task WithinAsync(TimeSpan limit, string what, Func<CancellationToken, Task> wait) => WithinAsync(limit, what, async cancellation =>
    {
        await wait(cancellation);
        return true;
    });

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _over.CancelAsync();
        if (_app is not null)
        {
            await _app.StopAsync(CancellationToken.None);
            await _app.DisposeAsync();
        }

        _over.Dispose();
    }

    /// <summary>Debug or Release, as the agents next to these tests were built.</summary>
    private static string Configuration { get; } =
        typeof(RunningMesh).Assembly.GetCustomAttributes(typeof(System.Reflection.AssemblyConfigurationAttribute), inherit: false)
            .Cast<System.Reflection.AssemblyConfigurationAttribute>().FirstOrDefault()?.Configuration ?? "Debug";

    private string States() => string.Join(Environment.NewLine, _states.OrderBy(state => state.Key).Select(state => $"  {state.Key}: {state.Value}"));

    private async Task WatchAsync(DistributedApplication app)
    {
        await foreach (var change in app.ResourceNotifications.WatchAsync(_over.Token))
        {
            var snapshot = change.Snapshot;
            _states[change.ResourceId] = $"{snapshot.State?.Text} {snapshot.HealthStatus} "
                + string.Join("; ", snapshot.HealthReports.Select(report => $"{report.Name} {report.Status} {report.Description}"));
        }
    }

    private static List<string> Lines(string file)
    {
        // The parts of the mesh have their journals open.
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        var lines = new List<string>();
        while (reader.ReadLine() is { } line)
            lines.Add(line);
        return lines;
    }
}
