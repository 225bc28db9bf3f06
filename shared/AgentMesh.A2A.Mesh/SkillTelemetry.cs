using System.Diagnostics;

namespace AgentMesh.A2A.Mesh;

/// <summary>The library's traces.</summary>
internal static class SkillTelemetry
{
    public static readonly ActivitySource Source = new("AgentMesh.A2A.Mesh");
}
