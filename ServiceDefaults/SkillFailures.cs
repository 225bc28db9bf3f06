using AgentMesh.A2A.Mesh;
using AgentMesh.SemanticKernel.Models;
using AgentMesh.ServiceDefaults.Callees;

namespace AgentMesh.ServiceDefaults;

/// <summary>What of a skill's failures its caller may read: what <see cref="Problems"/> tells the callers of plain endpoints.</summary>
internal static class SkillFailures
{
    public static SkillException? Explain(Exception exception) => exception switch
    {
        CalleeException callee => new(callee.Reason, callee.Message, callee.IsCallersFault, callee),
        ModelException model => new("model_failed", model.Message, inner: model),
        _ => null,
    };
}
