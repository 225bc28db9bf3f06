using System.Text.Json;

namespace AgentMesh.Cli.Demo;

/// <summary>What an agent's <c>POST /ask</c> answers.</summary>
/// <param name="Metrics">The risk figures that the words quote, as RiskAnalyst computed them.</param>
/// <param name="FailedSteps">The tools that the model called in vain, each with its reason.</param>
internal sealed record Answer(
    string Text, string? Model, JsonElement? Metrics, JsonElement? Order, IReadOnlyList<string> FailedSteps, string TraceId, TimeSpan Took);
