using System.Diagnostics;
using System.Reflection;
using AgentMesh.Cli.Approvals;
using AgentMesh.Cli.Demo;
using AgentMesh.Cli.Live;
using AgentMesh.Cli.Output;
using AgentMesh.Cli.Processes;
using AgentMesh.Manifest;

namespace AgentMesh.Cli.CommandLine;

/// <summary>One <c>mesh up</c>, from the manifest to the last child's end.</summary>
internal sealed class UpRun(UpOptions options, Screen screen, Interrupts interrupts, TimeProvider time)
{
    private const int PortAttempts = 3;

    private readonly Screen _screen = options.Json ? screen.Silent() : screen;

    public async Task<int> RunAsync()
    {
        var manifest = ManifestFile.Load(options.Manifest);
        var portfolio = PortfolioFile.Load(options.Portfolio, manifest.Root);
        var person = ManifestFile.Operator(manifest, options.Operator);
        var workloadApi = await ExistingWorkloadApi.FindAsync(options.WorkloadApi, interrupts.Token);
        RunFile.Sweep(RunDirectory.Remove);

        using var data = options.Data is { } folder ? DataFolder.Open(folder) : null;
        using var run = RunDirectory.Create(data);
        if (options.Keep)
            run.Keep();
        await using var processes = new MeshProcesses(time);
        interrupts.OnSecond(() =>
        {
            processes.KillAll();
            run.Dispose();
        });

        var started = time.GetTimestamp();
        var launch = new LaunchOptions
        {
            Configuration = OwnConfiguration,
            LogLevel = options.LogLevel,
            Model = options.Model,
            FirstPort = options.FirstPort,
            WorkloadApi = workloadApi,
        };
        var plan = await StartAsync(processes, manifest, run, launch);
        var startTook = time.GetElapsedTime(started);

        var mesh = new RunningMesh
        {
            Manifest = manifest,
            WorkloadApi = plan.WorkloadApiAddress,
            Issuer = plan.Issuer,
            Agents = plan.AgentAddresses,
            Directory = run.Path,
            Operator = person,
        };
        using var announced = RunFile.Announce(Info(mesh, run, processes));
        var edge = mesh.EntryEdge(options.Agent);
        await using var session = await OperatorSession.StartAsync(mesh, edge, interrupts.Token);

        using var desk = session.CreateApprovalDesk(mesh);
        await using var connection = await OperatorConnection.OpenAsync(mesh, interrupts.Token);
        var standIn = new StandIn(desk, connection, processes.Holding("workload-api"));
        var text = new ApprovalText(manifest.TrustDomain, time);
        var demo = new DemoRun(mesh, edge, session, _screen, text);
        var report = await GuardAsync(processes, demo.RunAsync(options.Question, portfolio, options.Once ? standIn : null, interrupts.Token)) with
        {
            StartMs = startTook.TotalMilliseconds,
            HeldMegabytes = (processes.HeldBytes() + ProcessMemory.HeldBytes(Environment.ProcessId)) / 1e6,
        };
        new Summary(_screen).Write(report, options.Keep ? run.Path : null);
        if (options.Json)
            JsonOutput.Write(report);

        if (!options.Once)
            await GuardAsync(processes, new Prompt(demo, new ApprovalWatch(desk, text, _screen, time), _screen).RunAsync(portfolio, interrupts.Token));
        return report.Problems.Count == 0 ? ExitCode.Ok : ExitCode.No;
    }

    /// <summary>Debug or Release, as this executable was built: the agents next to it were built the same way.</summary>
    private static string OwnConfiguration =>
        typeof(UpRun).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";

    /// <summary>Free ports can be taken by others before the children listen: then all is started again with new ones.</summary>
    private async Task<LaunchPlan> StartAsync(MeshProcesses processes, MeshManifest manifest, RunDirectory run, LaunchOptions launch)
    {
        for (var attempt = 1; ; attempt++)
        {
            var plan = LaunchPlan.Create(manifest, run, launch);
            var progress = new StartProgress(_screen);
            if (attempt == 1)
                _screen.Line($"{manifest.Path}: {manifest.Agents.Count} agents in {manifest.TrustDomain}");
            try
            {
                await progress.RunAsync(() => processes.StartAsync(plan, launch, progress, interrupts.Token));
                return plan;
            }
            catch (ChildFailedException e) when (e.PortTaken && launch.FirstPort is null && attempt < PortAttempts)
            {
                await processes.StopAsync();
            }
        }
    }

    /// <summary>Waits for work that needs the mesh; the end of a child ends it.</summary>
    /// <exception cref="ChildFailedException">A child ended meanwhile.</exception>
    private async Task<T> GuardAsync<T>(MeshProcesses processes, Task<T> work)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(interrupts.Token);
        var ended = processes.FirstToEndAsync(done.Token);
        if (await Task.WhenAny(work, ended) == ended && ended.IsCompletedSuccessfully && !interrupts.Token.IsCancellationRequested)
            throw ChildFailedException.Ended(await ended);

        await done.CancelAsync();
        return await work;
    }

    private static RunInfo Info(RunningMesh mesh, RunDirectory run, MeshProcesses processes)
    {
        using var self = Process.GetCurrentProcess();
        return new RunInfo(
            self.Id,
            self.StartTime.ToUniversalTime(),
            run.Path,
            mesh.Manifest.Path!,
            mesh.WorkloadApi,
            mesh.Issuer,
            mesh.Agents,
            processes.Children.ToDictionary(child => child.Spec.Name, child => new RunningChild(child.Id, child.Spec.Health)),
            mesh.Operator.Name);
    }
}
