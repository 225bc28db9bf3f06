namespace AgentMesh.A2A;

/// <summary>
/// A registry of agents (A2A §8.2): agents register themselves, callers find them. It holds what was registered to the same rules
/// whenever it is read, so that what somebody writes into the store is not served.
/// </summary>
/// <param name="store">Where registrations are kept.</param>
/// <param name="lifetime">How long an agent that does not register again counts as healthy.</param>
/// <param name="time">The clock.</param>
public sealed class AgentRegistry(IAgentRegistryStore store, TimeSpan lifetime, TimeProvider time)
{
    /// <summary>How long a registration counts as healthy. Register again after a third of it.</summary>
    public TimeSpan Lifetime => lifetime;

    /// <summary>Registers an agent by its signed card, or refuses.</summary>
    /// <returns>Why it is refused, or <see langword="null"/>.</returns>
    public async ValueTask<string?> RegisterAsync(AgentRegistrant registrant, ReadOnlyMemory<byte> cardJson, CancellationToken cancellationToken)
    {
        if (registrant.Refuse(cardJson, out _) is { } reason)
            return reason;
        await store.SetAsync(registrant.Name, registrant.Party, cardJson, time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        return null;
    }

    /// <summary>Removes an agent, as it says itself.</summary>
    public ValueTask UnregisterAsync(AgentRegistrant registrant, CancellationToken cancellationToken) => store.DeleteAsync(registrant.Name, cancellationToken);

    /// <summary>The agents that match, healthy ones first, then by name.</summary>
    public async ValueTask<IReadOnlyList<RegisteredAgent>> FindAsync(AgentQuery query, CancellationToken cancellationToken)
    {
        var agents = await store.ListAsync(cancellationToken).ConfigureAwait(false);
        var oldest = time.GetUtcNow() - lifetime;
        return [.. agents
            .Where(agent => agent.Card.Name == agent.Name && query.Matches(agent.Card))
            .Select(agent => agent with { Healthy = agent.Renewed >= oldest })
            .OrderByDescending(agent => agent.Healthy)
            .ThenBy(agent => agent.Name, StringComparer.Ordinal)];
    }
}
