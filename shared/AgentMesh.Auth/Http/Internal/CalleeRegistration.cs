namespace AgentMesh.Auth;

/// <summary>One use of <see cref="AgentAuthExtensions.AddAgentAuth"/>.</summary>
internal sealed record CalleeRegistration(string Client, string Callee, ScopeSet Scopes);
