namespace AgentMesh.A2A.Internal;

/// <summary>What a request says besides its parameters.</summary>
/// <param name="Owner">Who is behind it.</param>
/// <param name="Extensions">Extensions that it asks for and the card announces.</param>
/// <param name="State">What the host took from it for the executor.</param>
internal sealed record CallContext(string Owner, IReadOnlyList<string> Extensions, object? State)
{
    /// <summary>Whose task of an id the caller may see although it is not the caller's.</summary>
    public Func<string, string?>? FindDelegatingOwner { get; init; }

    /// <summary>Refuses a message that the caller may not send.</summary>
    public Func<SendMessageRequest, AgentTask?, ValueTask>? Authorize { get; init; }

    /// <summary>Hears of a task that the request made.</summary>
    public Action<string>? TaskMade { get; init; }
}
