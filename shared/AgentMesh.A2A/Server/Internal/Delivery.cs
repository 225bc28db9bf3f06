namespace AgentMesh.A2A.Internal;

/// <summary>A message on its way to the executor.</summary>
internal sealed record Delivery(SendMessageRequest Request, CallContext Call);

/// <summary>What became of a message.</summary>
/// <param name="Task">The task with the message in its history.</param>
/// <param name="Reader">Exactly what follows.</param>
/// <param name="Start">Whether nobody works on the task, and the caller must see to it.</param>
/// <param name="Expected">
/// Whether an end or an interruption follows from the message. It does not where the executor awaits an authorization: it may never
/// look at the message, and the task is interrupted already.
/// </param>
internal sealed record DeliveryOutcome(AgentTask Task, EventReader Reader, bool Start, bool Expected);
