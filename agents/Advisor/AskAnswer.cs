namespace AgentMesh.Agents.Advisor;

/// <summary>What the agent answers.</summary>
/// <param name="Answer">The model's words.</param>
/// <param name="Model">Who found them; "rules" is the built-in model, which is no language model.</param>
/// <param name="Metrics">RiskAnalyst's score of the portfolio that was asked about, when the model asked for it: computed, never worded.</param>
/// <param name="Order">The Trader's draft, when the model asked for one.</param>
/// <param name="Purchase">How far the newest order came that the model proposed or placed.</param>
/// <param name="Steps">Each function that the model chose, in order, also those that were refused.</param>
internal sealed record AskAnswer(string Answer, string Model, RiskScore? Metrics, DraftOrder? Order, OrderOutcome? Purchase, IReadOnlyList<AskStep> Steps);

/// <summary>One function that the model chose.</summary>
/// <param name="Tool">Its name.</param>
/// <param name="Callee">The agent that it calls.</param>
/// <param name="Outcome">"ok", or why not: a stable code such as "insufficient_scope".</param>
/// <param name="DurationMs">How long it took, in milliseconds.</param>
internal sealed record AskStep(string Tool, string? Callee, string Outcome, double DurationMs);
