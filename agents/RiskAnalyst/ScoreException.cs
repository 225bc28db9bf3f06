namespace AgentMesh.Agents.RiskAnalyst;

/// <summary>The portfolio cannot be scored for a reason that its sender can act on; the message is for them.</summary>
internal sealed class ScoreException(string message) : Exception(message);
