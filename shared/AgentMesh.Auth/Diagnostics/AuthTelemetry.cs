using System.Diagnostics;

namespace AgentMesh.Auth;

/// <summary>Names under which this library reports traces and metrics to OpenTelemetry.</summary>
public static class AuthTelemetry
{
    /// <summary>Name of the <see cref="ActivitySource"/> and of the meter.</summary>
    public const string Name = "AgentMesh.Auth";

    internal static ActivitySource Source { get; } = new(Name);
}
