using System.Text.Json;
using AgentMesh.Auth;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol.Protocol;

namespace AgentMesh.Mcp;

/// <summary>A tool that an agent offers: a skill or a kernel function, which hold whoever calls them to their scopes themselves as well.</summary>
internal abstract class MeshTool(string name, string action, IReadOnlyList<string> scopes)
{
    public string Name => name;

    /// <summary>What a call of it is called in audit events.</summary>
    public string Action => action;

    /// <summary>What a caller must have been granted, all of it. A tool without a scope is nobody's.</summary>
    public IReadOnlyList<string> Scopes => scopes;

    /// <summary>Whether the request being served may know of the tool and call it.</summary>
    public bool IsGranted(DelegationContext? served) => scopes.Count > 0 && served is not null && scopes.All(served.HasScope);

    /// <summary>As it is listed.</summary>
    /// <param name="services">Of the request.</param>
    public abstract Tool Describe(IServiceProvider services);

    /// <summary>Runs it on behalf of the request being served.</summary>
    public abstract ValueTask<CallToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken);
}

/// <summary>One call of a tool.</summary>
/// <param name="Request">The request that it came with.</param>
/// <param name="Arguments">As the client gave them.</param>
/// <param name="Progress">Takes words for whoever waits; null when nobody asked for them.</param>
internal sealed record ToolCall(HttpContext Request, IReadOnlyDictionary<string, JsonElement> Arguments, Func<string, ValueTask>? Progress);
