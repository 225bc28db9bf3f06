using System.Diagnostics;
using System.Reflection;
using AgentMesh.Cli.Approvals;
using AgentMesh.Cli.Demo;
using AgentMesh.Cli.Live;
using AgentMesh.Cli.Output;
using AgentMesh.Cli.Processes;

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
        var (mesh, disabled) = await StartAsync(processes, new StartingMesh(manifest, run, launch, person, data is not null));
        var startTook = time.GetElapsedTime(started);

        using var announced = RunFile.Announce(Info(mesh, run, processes));
        var edge = mesh.EntryEdge(options.Agent);
        if (disabled.Contains(edge.Callee.Name))
            return await StayAsync(processes, edge.Callee.Name);
        await using var session = await OperatorSession.StartAsync(mesh, edge, interrupts.Token);

        using var desk = session.CreateApprovalDesk(mesh);
        // Whoever is at the terminal needs none of it.
        await using var connection = options.Once ? await OperatorConnection.OpenAsync(mesh, interrupts.Token) : null;
        var standIn = connection is null ? null : new StandIn(desk, connection, processes.Holding("workload-api"));
        var text = new ApprovalText(manifest.TrustDomain, time);
        var demo = new DemoRun(mesh, edge, session, _screen, text);
        var report = await GuardAsync(processes, demo.RunAsync(options.Question, portfolio, standIn, interrupts.Token)) with
        {
            StartMs = startTook.TotalMilliseconds,
            HeldMegabytes = (processes.HeldBytes() + ProcessMemory.HeldBytes(Environment.ProcessId)) / 1e6,
        };
        new Summary(_screen).Write(report, options.Keep ? run.Path : null);
        if (options.Json)
            JsonOutput.Write(report);

        if (!options.Once)
            await GuardAsync(processes, new Prompt(demo, new ApprovalWatch(desk, text, _screen, time), _screen, time).RunAsync(portfolio, interrupts.Token));
        return report.Problems.Count == 0 ? ExitCode.Ok : ExitCode.No;
    }

    /// <summary>Debug or Release, as this executable was built: the agents next to it were built the same way.</summary>
    private static string OwnConfiguration =>
        typeof(UpRun).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";

    /// <summary>The agent that would be asked was disabled when what is stored was stored: the mesh stays up for whoever enables it.</summary>
    private async Task<int> StayAsync(MeshProcesses processes, string entry)
    {
        _screen.Line();
        if (options.Once)
            throw MeshException.Refused($"{entry} is disabled, so it cannot be asked. Start with `mesh up --data …` without --once and `mesh enable {entry}` in another terminal.");
        _screen.Line($"the mesh is up, but {entry} is disabled and cannot be asked; `mesh enable {entry}` in another terminal lets it act again, then ask it with `mesh ask`. End it with Ctrl-C");
        await GuardAsync(processes, UntilInterruptedAsync());
        return ExitCode.Ok;
    }

    private async Task<bool> UntilInterruptedAsync()
    {
        var interrupted = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (interrupts.Token.Register(() => interrupted.TrySetResult(true)))
            return await interrupted.Task;
    }

    /// <summary>Free ports can be taken by others before the children listen: then all is started again with new ones.</summary>
    private async Task<(RunningMesh Mesh, IReadOnlySet<string> Disabled)> StartAsync(MeshProcesses processes, StartingMesh starting)
    {
        for (var attempt = 1; ; attempt++)
        {
            var plan = LaunchPlan.Create(starting.Manifest, starting.Run, starting.Launch);
            var mesh = starting.At(plan);
            var progress = new StartProgress(_screen);
            if (attempt == 1)
                _screen.Line($"{starting.Manifest.Path}: {starting.Manifest.Agents.Count} agents in {starting.Manifest.TrustDomain}");
            try
            {
                IReadOnlySet<string> disabled = new HashSet<string>();
                await progress.RunAsync(() => processes.StartAsync(
                    plan, starting.Launch, progress, starting.HasStored ? async ct => disabled = await DisabledParties.ReadAsync(mesh, ct) : null, interrupts.Token));
                return (mesh, disabled);
            }
            catch (ChildFailedException e) when (e.PortTaken && starting.Launch.FirstPort is null && attempt < PortAttempts)
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
