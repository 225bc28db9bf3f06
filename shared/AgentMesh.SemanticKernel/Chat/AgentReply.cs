namespace AgentMesh.SemanticKernel.Chat;

/// <summary>What a model answered.</summary>
/// <param name="Text">The answer in words.</param>
/// <param name="Model">The model that says it answered; <c>rules</c> is the built-in one, which is no language model.</param>
public sealed record AgentReply(string Text, string Model);
