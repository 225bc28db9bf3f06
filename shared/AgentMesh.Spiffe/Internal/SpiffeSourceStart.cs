using Microsoft.Extensions.Hosting;

namespace AgentMesh.Spiffe.Internal;

/// <summary>Has the source created when the host starts: a missing socket fails the start, a Workload API that is away does not.</summary>
internal sealed class SpiffeSourceStart(SpiffeSource source) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = source.Status;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
