using System.Text.Json.Serialization;

namespace AgentMesh.Agents.StarterAgent;

/// <summary>What <c>mesh ask</c> sends.</summary>
internal sealed record Question([property: JsonPropertyName("question")] string Text);

/// <summary>What <c>mesh ask</c> shows.</summary>
/// <param name="Text">The answer, in words.</param>
/// <param name="Model">The model that was asked.</param>
/// <param name="Steps">The tools that were called.</param>
internal sealed record Answer([property: JsonPropertyName("answer")] string Text, string Model, IReadOnlyList<string> Steps);
