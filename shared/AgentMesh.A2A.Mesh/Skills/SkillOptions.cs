namespace AgentMesh.A2A.Mesh;

/// <summary>How an agent's skills are served.</summary>
public sealed class SkillOptions
{
    /// <summary>
    /// Turns exceptions of libraries that an agent uses into what its callers may read; null for those that only the log is told of.
    /// </summary>
    public Func<Exception, SkillException?> Explain { get; set; } = static _ => null;

    /// <summary>Settings of the A2A server that the mesh leaves to the agent: limits, push notifications. Retention and limits for one caller are <see cref="TaskSettings"/>' unless set here.</summary>
    public Action<A2AServerOptions> Server { get; set; } = static _ => { };
}
