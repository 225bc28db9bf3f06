using AgentMesh.A2A.Mesh;
using AgentMesh.Auth;

namespace AgentMesh.Mcp;

/// <summary>Records the calls that reach no tool. Those that do are recorded by the kernel's filters and the skill's authorization.</summary>
internal sealed class ToolAudit(MeshIdentity identity, IAuditLog audit, TimeProvider time)
{
    /// <param name="served">The request being served.</param>
    /// <param name="tool">The tool that was asked for; null when there is none, whose name is the caller's words and not written down.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public ValueTask RefusedAsync(DelegationContext? served, MeshTool? tool, CancellationToken cancellationToken)
    {
        var reason = tool is null ? "tool_unknown" : served is null ? "not_serving" : tool.Scopes.Count == 0 ? "scope_undeclared" : "insufficient_scope";
        return audit.WriteAsync(ServedDecision.Of(identity, time, served, tool?.Action ?? "tool", "deny", reason, tool is null ? null : string.Join(' ', tool.Scopes)), cancellationToken);
    }
}
