using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AgentMesh.A2A.Internal;

internal static class A2ATelemetry
{
    public const string Name = "AgentMesh.A2A";

    public static ActivitySource Source { get; } = new(Name);

    public static Meter Meter { get; } = new(Name);

    /// <summary>Tasks that have ended, by state.</summary>
    public static Counter<long> TasksEnded { get; } = Meter.CreateCounter<long>("a2a.server.tasks.ended", "{task}");

    /// <summary>Webhooks that were given up on.</summary>
    public static Counter<long> WebhooksGivenUp { get; } = Meter.CreateCounter<long>("a2a.server.webhooks.given_up", "{webhook}");

    /// <summary>Streams that were ended because their reader was too slow.</summary>
    public static Counter<long> SlowReaders { get; } = Meter.CreateCounter<long>("a2a.server.streams.cut_off", "{stream}");
}
