namespace AgentMesh.A2A;

/// <summary>
/// A registry of agents (A2A §8.2): agents register themselves, callers find them. What is registered is verified once, then; whoever can write into
/// the store can have it served, so callers verify each card that they are given before they use it.
/// </summary>
/// <param name="store">Where registrations are kept.</param>
/// <param name="lifetime">How long an agent that does not register again counts as healthy.</param>
/// <param name="time">The clock.</param>
public sealed class AgentRegistry(IAgentRegistryStore store, TimeSpan lifetime, TimeProvider time)
{
    /// <summary>How long a registration counts as healthy. Register again after a third of it.</summary>
    public TimeSpan Lifetime => lifetime;

    /// <summary>Registers an agent by its signed card, or refuses.</summary>
    /// <param name="registrant">The agent.</param>
    /// <param name="instance">Which of its processes this is.</param>
    /// <param name="cardJson">Its card.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Why it is refused, or <see langword="null"/>.</returns>
    public async ValueTask<string?> RegisterAsync(AgentRegistrant registrant, string instance, ReadOnlyMemory<byte> cardJson, CancellationToken cancellationToken)
    {
        if (registrant.Refuse(cardJson, out var card) is { } reason)
            return reason;
        var now = time.GetUtcNow();
        var agent = new RegisteredAgent { Name = registrant.Name, Party = registrant.Party, CardJson = cardJson, Card = card!, Renewed = now };
        await store.SetAsync(agent, instance, now - lifetime, cancellationToken).ConfigureAwait(false);
        return null;
    }

    /// <summary>Removes one process of an agent, as it says itself; the agent is found as long as another is registered.</summary>
    public ValueTask UnregisterAsync(AgentRegistrant registrant, string instance, CancellationToken cancellationToken) =>
        store.DeleteAsync(registrant.Name, instance, cancellationToken);

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
