using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AgentMesh.ServiceDefaults;

/// <summary>
/// Until the application has started, the host and Kestrel log nothing: what keeps it from starting they would log with a stack trace, and
/// <see cref="Agent.RunAsync"/> says it in a line.
/// </summary>
internal sealed class QuietStart : IHostedLifecycleService
{
    private volatile bool _started;

    public static void Add(IHostApplicationBuilder builder)
    {
        var quiet = new QuietStart();
        builder.Services.AddHostedService(_ => quiet);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => quiet._started && level >= LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", level => quiet._started && level >= LogLevel.Warning);
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _started = true;
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
