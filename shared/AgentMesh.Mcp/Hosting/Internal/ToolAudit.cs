using System.Diagnostics;
using AgentMesh.Auth;

namespace AgentMesh.Mcp;

/// <summary>Records the calls that reach no tool. Those that do are recorded by the kernel's filters and the skill's authorization.</summary>
internal sealed class ToolAudit(MeshIdentity identity, IAuditLog audit, TimeProvider time)
{
    private readonly string _me = identity.Id.ToString();

    /// <param name="served">The request being served.</param>
    /// <param name="tool">The tool that was asked for; null when there is none, whose name is the caller's words and not written down.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public ValueTask RefusedAsync(DelegationContext? served, MeshTool? tool, CancellationToken cancellationToken) => audit.WriteAsync(
        new()
        {
            Kind = "decision",
            Time = time.GetUtcNow(),
            Party = _me,
            Caller = served?.Caller,
            Subject = served?.Subject,
            Actors = served?.ActorChain,
            Callee = _me,
            Action = tool?.Action ?? "tool",
            Scopes = served?.Scopes,
            Authentication = served?.Authentication ?? "none",
            Decision = "deny",
            Reason = tool is null ? "tool_unknown" : served is null ? "not_serving" : tool.Scopes.Count == 0 ? "scope_undeclared" : "insufficient_scope",
            TransactionId = served?.TransactionId,
            TokenId = served?.TokenId,
            TraceId = Activity.Current?.TraceId.ToHexString(),
            SpanId = Activity.Current?.SpanId.ToHexString(),
            PolicyVersion = identity.Manifest.Version,
        },
        cancellationToken);
}
