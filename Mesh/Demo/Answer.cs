using System.Text.Json;

namespace AgentMesh.Cli.Demo;

/// <summary>What an agent answers to a question.</summary>
/// <param name="Metrics">The risk figures that the words quote, as RiskAnalyst computed them.</param>
/// <param name="Purchase">How far an order came, when the model proposed or placed one.</param>
/// <param name="FailedSteps">The tools that the model called in vain, each with its reason.</param>
internal sealed record Answer(
    string Text, string? Model, JsonElement? Metrics, JsonElement? Order, PurchaseOutcome? Purchase, IReadOnlyList<string> FailedSteps, string TraceId, TimeSpan Took);

/// <summary>How far an order came, as the Advisor saw it.</summary>
/// <param name="Status">"proposed", "approved", "denied", "expired", "executed" or "refused".</param>
internal sealed record PurchaseOutcome(string Status, string? OrderId, string? Summary, string? Reason, string? Detail, string? LedgerTransaction);
