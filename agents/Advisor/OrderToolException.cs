using AgentMesh.SemanticKernel.Tools;

namespace AgentMesh.Agents.Advisor;

/// <summary>A tool did not do what it was called for; the model is told why.</summary>
internal sealed class OrderToolException(string reason, string message) : Exception(message), IToolFailure
{
    public string Reason { get; } = reason;
}
