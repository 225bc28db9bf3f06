using AgentMesh.Cli.Output;

namespace AgentMesh.Cli.Processes;

/// <summary>The running children of one <c>mesh up</c>: started in order, watched, and ended together.</summary>
internal sealed class MeshProcesses(TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(4);

    // Replaced, never changed: the second Ctrl-C kills on a thread of its own while the first one's orderly end goes on.
    private volatile IReadOnlyList<ChildProcess> _children = [];

    public IReadOnlyList<ChildProcess> Children => _children;

    /// <summary>Starts the Workload API, then the authorization server and all agents side by side, and waits until each is ready.</summary>
    /// <param name="plan">What is started.</param>
    /// <param name="options">How long it may take, among others.</param>
    /// <param name="progress">Hears how far it has come.</param>
    /// <param name="readDisabled">Reads from the authorization server, once it is ready, who gets no identity and is not waited for; null: nobody can be.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ChildFailedException">A part ended, or was not ready in time.</exception>
    public async Task StartAsync(
        LaunchPlan plan, LaunchOptions options, IStartProgress progress, Func<CancellationToken, Task<IReadOnlySet<string>>>? readDisabled, CancellationToken cancellationToken)
    {
        // After an attempt that found its ports taken: those children have been stopped.
        Each(child => child.Dispose());
        _children = [];
        using var readiness = new Readiness(options.StartTimeout, time);
        if (plan.WorkloadApi is not null)
            await StartAndWaitAsync([plan.WorkloadApi]);
        await StartAndWaitAsync([plan.AuthServer, .. plan.Services, .. plan.Agents]);

        async Task StartAndWaitAsync(IReadOnlyList<ChildSpec> specs)
        {
            var started = time.GetTimestamp();
            var children = new List<ChildProcess>();
            foreach (var spec in specs)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var child = ChildProcess.Start(spec);
                _children = [.. _children, child];
                children.Add(child);
                progress.Starting(spec.Name);
            }

            // The first failure ends the wait for the others.
            using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var disabled = new TaskCompletionSource<IReadOnlySet<string>>();
            var waits = children.ConvertAll(child => WaitAsync(child, started, disabled, failed.Token));
            await foreach (var wait in Task.WhenEach(waits))
            {
                if (wait.IsFaulted)
                    await failed.CancelAsync();
                await wait;
            }
        }

        async Task WaitAsync(ChildProcess child, long started, TaskCompletionSource<IReadOnlySet<string>> disabled, CancellationToken ct)
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var ready = readiness.WaitAsync(child, enough.Token);
            if (await Task.WhenAny(ready, disabled.Task) == disabled.Task && (await disabled.Task).Contains(child.Spec.Name))
            {
                await enough.CancelAsync();
                await Task.WhenAny(ready);
                progress.Disabled(child.Spec.Name);
                return;
            }
            await ready;
            progress.Ready(child.Spec.Name, time.GetElapsedTime(started));
            if (readDisabled is not null && ReferenceEquals(child.Spec, plan.AuthServer))
                disabled.SetResult(await readDisabled(ct));
        }
    }

    /// <summary>Completes with the first child that ends.</summary>
    public async Task<ChildProcess> FirstToEndAsync(CancellationToken cancellationToken)
    {
        var first = await Task.WhenAny(_children.Select(child => child.Ended)).WaitAsync(cancellationToken);
        return _children.First(child => child.Ended == first);
    }

    /// <summary>Has a part stand still until the result is disposed; null: it is none of these, or this system cannot.</summary>
    public Func<IDisposable>? Holding(string name) =>
        HeldProcess.IsSupported && _children.FirstOrDefault(child => child.Spec.Name == name) is { } held ? () => HeldProcess.Hold(held.Id) : null;

    public long HeldBytes() => _children.Sum(child => ProcessMemory.HeldBytes(child.Id));

    /// <summary>Ends every child at once, for the impatient.</summary>
    public void KillAll()
    {
        Each(child => child.Kill());
        Each(child => child.WaitForEnd());
    }

    public async Task StopAsync()
    {
        Each(child => child.RequestStop());
        try
        {
            await Task.WhenAll(_children.Select(child => child.Ended)).WaitAsync(StopGrace, time);
        }
        catch (TimeoutException)
        {
            KillAll();
            await Task.WhenAll(_children.Select(child => child.Ended));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Each(child => child.Dispose());
    }

    private void Each(Action<ChildProcess> action)
    {
        foreach (var child in _children)
            action(child);
    }
}
