using Microsoft.AspNetCore.Http;

namespace AgentMesh.A2A;

/// <summary>What the host of a registry has a say in.</summary>
public sealed class AgentRegistryOptions
{
    /// <summary>Whether a caller may find an agent. <see langword="null"/>: every caller finds all.</summary>
    public Func<HttpContext, RegisteredAgent, bool>? MayFind { get; init; }

    /// <summary>Hears of each registration that is refused and why, before the party does. What it throws replaces the answer.</summary>
    public Func<HttpContext, string, ValueTask>? OnRefused { get; init; }
}
