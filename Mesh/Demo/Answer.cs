using System.Text.Json;

namespace AgentMesh.Cli.Demo;

/// <summary>What an agent's <c>POST /ask</c> answers.</summary>
/// <param name="Metrics">The risk figures that the words quote, as RiskAnalyst computed them.</param>
internal sealed record Answer(string Text, string? Model, JsonElement? Metrics, JsonElement? Order, string TraceId, TimeSpan Took);
