namespace AgentMesh.A2A.Internal;

/// <summary>What a request says besides its parameters.</summary>
/// <param name="Owner">Who is behind it.</param>
/// <param name="Extensions">Extensions that it asks for and the card announces.</param>
/// <param name="State">What the host took from it for the executor.</param>
internal sealed record CallContext(string Owner, IReadOnlyList<string> Extensions, object? State);
