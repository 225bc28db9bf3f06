namespace AgentMesh.A2A;

/// <summary>Keeps registrations: one for each process of an agent, of which several may run for a while, as during a rolling update.</summary>
public interface IAgentRegistryStore
{
    /// <summary>
    /// Adds or replaces the registration of one process, and deletes those of the agent's others that were last renewed before a time, or that are more than
    /// <see cref="MostInstances"/>.
    /// </summary>
    /// <param name="agent">The registration.</param>
    /// <param name="instance">The process.</param>
    /// <param name="stale">Up to when others are gone.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask SetAsync(RegisteredAgent agent, string instance, DateTimeOffset stale, CancellationToken cancellationToken);

    /// <summary>How many processes of an agent are kept, the latest first: an agent that goes wrong fills no database.</summary>
    const int MostInstances = 16;

    /// <summary>Deletes the registration of one process, if there is one.</summary>
    ValueTask DeleteAsync(string name, string instance, CancellationToken cancellationToken);

    /// <summary>All agents, each as the process that renewed last registered it.</summary>
    ValueTask<IReadOnlyList<RegisteredAgent>> ListAsync(CancellationToken cancellationToken);
}

/// <summary>Keeps registrations in memory; agents register again within minutes of a restart.</summary>
public sealed class InMemoryAgentRegistryStore : IAgentRegistryStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Name, string Instance), RegisteredAgent> _agents = [];

    /// <inheritdoc/>
    public ValueTask SetAsync(RegisteredAgent agent, string instance, DateTimeOffset stale, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _agents.Remove((agent.Name, instance));
            var others = _agents.Where(each => each.Key.Name == agent.Name).OrderByDescending(each => each.Value.Renewed).ToList();
            foreach (var (key, _) in others.Where((each, i) => i >= IAgentRegistryStore.MostInstances - 1 || each.Value.Renewed < stale))
                _agents.Remove(key);
            _agents[(agent.Name, instance)] = agent;
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string name, string instance, CancellationToken cancellationToken)
    {
        lock (_gate)
            _agents.Remove((name, instance));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RegisteredAgent>> ListAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return new([.. _agents.Values.GroupBy(each => each.Name).Select(each => each.MaxBy(agent => agent.Renewed)!)]);
    }
}
