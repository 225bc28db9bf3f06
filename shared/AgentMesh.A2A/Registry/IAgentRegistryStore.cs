using System.Collections.Concurrent;

namespace AgentMesh.A2A;

/// <summary>Keeps registrations.</summary>
public interface IAgentRegistryStore
{
    /// <summary>Adds or replaces a registration.</summary>
    ValueTask SetAsync(string name, string party, ReadOnlyMemory<byte> cardJson, DateTimeOffset renewed, CancellationToken cancellationToken);

    /// <summary>Deletes a registration, if there is one.</summary>
    ValueTask DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>All registrations.</summary>
    ValueTask<IReadOnlyList<RegisteredAgent>> ListAsync(CancellationToken cancellationToken);
}

/// <summary>Keeps registrations in memory; agents register again within minutes of a restart.</summary>
public sealed class InMemoryAgentRegistryStore : IAgentRegistryStore
{
    private readonly ConcurrentDictionary<string, RegisteredAgent> _agents = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask SetAsync(string name, string party, ReadOnlyMemory<byte> cardJson, DateTimeOffset renewed, CancellationToken cancellationToken)
    {
        _agents[name] = new() { Name = name, Party = party, CardJson = cardJson, Card = AgentCardJson.Parse(cardJson), Renewed = renewed };
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string name, CancellationToken cancellationToken)
    {
        _agents.TryRemove(name, out _);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RegisteredAgent>> ListAsync(CancellationToken cancellationToken) => new([.. _agents.Values]);
}
