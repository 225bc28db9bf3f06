using AgentMesh.A2A.Internal;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AgentMesh.A2A;

/// <summary>
/// Serves one agent: owns the tasks that are worked on, their streams and webhooks. Map it with
/// <see cref="A2AEndpointRouteBuilderExtensions.MapA2A(Microsoft.AspNetCore.Routing.IEndpointRouteBuilder, string, A2AServer)"/>. As a
/// hosted service it ends streams and running tasks when the application begins to stop.
/// </summary>
public sealed partial class A2AServer : IHostedLifecycleService, IAsyncDisposable
{
    private const string Restarted = "The agent restarted before the task ended.";

    private readonly ITaskStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LiveTasks _tasks;
    private readonly TaskRunner _runner;
    private readonly PushDelivery _push;
    private readonly CancellationTokenSource _stopping = new();
    private int _disposed;
    private Task _retention = Task.CompletedTask;

    /// <summary>Makes a server.</summary>
    /// <exception cref="InvalidOperationException">An option that must be set is not.</exception>
    public A2AServer(IAgentExecutor executor, ITaskStore store, A2AServerOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        options.Validate();
        Options = options;
        _store = store = new LimitedTaskStore(store, options);
        _time = time;
        _logger = loggers.CreateLogger<A2AServer>();
        _push = new(store, new(options.Push, time), _logger);
        _tasks = new(store, options, time, _push);
        _runner = new(executor, _logger);
        Push = new(store, _tasks, _push, options);
        Tasks = new(store, _tasks);
        Sends = new(executor, _tasks, _runner, Push, new(options.Card!), time);
        Card = new(options);
    }

    internal A2AServerOptions Options { get; }

    internal SendOperations Sends { get; }

    internal TaskOperations Tasks { get; }

    internal PushOperations Push { get; }

    internal PublishedCard Card { get; }

    internal TimeProvider Time => _time;

    internal ILogger Logger => _logger;

    /// <summary>Fires when the server begins to stop.</summary>
    internal CancellationToken Stopping => _stopping.Token;

    /// <summary>The agent's card as it is served now: signed with the newest key.</summary>
    public AgentCard CurrentCard() => AgentCardJson.Parse(Card.Current().Json);

    /// <summary>How many tasks are worked on or listened to.</summary>
    public int LiveTaskCount => _tasks.All.Count;

    /// <inheritdoc/>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (Options.FailUnfinishedTasksOnStart)
            await FailUnfinishedAsync(cancellationToken).ConfigureAwait(false);
        if ((Options.Retention ?? Options.InterruptedRetention) is not null)
            _retention = new RetentionSweep(_store, _tasks, Options, _time, _logger).RunAsync(_stopping.Token);
    }

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (var task in _tasks.All)
            await task.StopAsync().ConfigureAwait(false);
        try
        {
            await _runner.WhenIdleAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            LogExecutorsGoOn(_tasks.All.Count);
        }
        foreach (var task in _tasks.All)
            task.EndStreams();
        await _retention.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;
        if (!_stopping.IsCancellationRequested)
            await StoppingAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        await _push.DisposeAsync().ConfigureAwait(false);
    }

    private async Task FailUnfinishedAsync(CancellationToken cancellationToken)
    {
        foreach (var (owner, taskId) in await _store.FindUnfinishedAsync(cancellationToken).ConfigureAwait(false))
        {
            using var use = await _tasks.UseAsync(owner, taskId, cancellationToken, evenIfFull: true).ConfigureAwait(false);
            await use.Task.EndAsync(TaskState.Failed, Restarted).ConfigureAwait(false);
        }
    }

    [LoggerMessage(7003, LogLevel.Warning, "Executors did not stop in time; {Count} tasks are left as they are.")]
    private partial void LogExecutorsGoOn(int count);
}
