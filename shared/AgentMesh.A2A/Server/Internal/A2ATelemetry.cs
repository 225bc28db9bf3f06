using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AgentMesh.A2A.Internal;

internal static class A2ATelemetry
{
    public const string Name = "AgentMesh.A2A";

    public static ActivitySource Source { get; } = new(Name);

    public static Meter Meter { get; } = new(Name);
}
