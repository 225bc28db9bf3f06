namespace AgentMesh.A2A;

/// <summary>An agent in a registry.</summary>
public sealed record RegisteredAgent
{
    /// <summary>The agent's name, which its card has too.</summary>
    public required string Name { get; init; }

    /// <summary>The identity that registered it, as the host knows it.</summary>
    public required string Party { get; init; }

    /// <summary>The card as it was signed. Whoever uses it verifies it again, with keys of their own.</summary>
    public required ReadOnlyMemory<byte> CardJson { get; init; }

    /// <summary>The card.</summary>
    public required AgentCard Card { get; init; }

    /// <summary>When the agent last registered.</summary>
    public required DateTimeOffset Renewed { get; init; }

    /// <summary>Whether the agent has registered again in time; one that has not is probably not there.</summary>
    public bool Healthy { get; init; } = true;
}

/// <summary>Which agents to find: all members that are set must match, ignoring case.</summary>
/// <param name="Name">The agent's name.</param>
/// <param name="Skill">The id of one of its skills.</param>
/// <param name="Tag">A tag of one of its skills.</param>
public sealed record AgentQuery(string? Name = null, string? Skill = null, string? Tag = null)
{
    /// <summary>Whether a card matches.</summary>
    public bool Matches(AgentCard card) =>
        Same(Name, card.Name)
        && (Skill is null || card.Skills.Any(skill => Same(Skill, skill.Id)))
        && (Tag is null || card.Skills.Any(skill => skill.Tags.Any(tag => Same(Tag, tag))));

    private static bool Same(string? wanted, string given) => wanted is null || wanted.Equals(given, StringComparison.OrdinalIgnoreCase);
}
