namespace AgentMesh.Agents.Trader;

/// <summary>The intent cannot be turned into orders for a reason that its sender can act on; the message is for them.</summary>
internal sealed class OrderException(string message) : Exception(message);
