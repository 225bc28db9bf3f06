using System.Diagnostics;
using AgentMesh.SemanticKernel.Models;

namespace AgentMesh.SemanticKernel.Tools;

/// <summary>
/// Spans after OpenTelemetry's conventions for generative AI. <c>chat {model}</c> comes from Microsoft.Extensions.AI and
/// <c>execute_tool {name}</c> from Semantic Kernel; here is the one around both.
/// </summary>
internal static class ToolTelemetry
{
    public const string SourceName = "AgentMesh.SemanticKernel";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>A span around a whole question. Name it with <see cref="NameAgent"/> before it ends.</summary>
    public static Activity? StartAgent(ToolParty party, ModelSettings settings) =>
        Source.StartActivity("agent")?
            .SetTag("gen_ai.operation.name", InvokeAgent)
            .SetTag("gen_ai.agent.name", party.Name)
            .SetTag("gen_ai.agent.id", party.SpiffeId)
            .SetTag("gen_ai.request.model", settings.Name.Model)
            .SetTag("gen_ai.provider.name", settings.ProviderName);

    // Inside a span that is called invoke_agent, Microsoft.Extensions.AI opens an execute_tool span of its own around
    // Semantic Kernel's: so it is called that only once everything in it is over.
    public static void NameAgent(Activity? activity, ToolParty party)
    {
        if (activity is not null)
            activity.DisplayName = $"{InvokeAgent} {party.Name}";
    }

    private const string InvokeAgent = "invoke_agent";
}
