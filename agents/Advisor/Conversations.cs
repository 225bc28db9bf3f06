namespace AgentMesh.Agents.Advisor;

/// <summary>One question and what was answered.</summary>
internal sealed record Turn(string Question, string Answer);

/// <summary>What is remembered of a context.</summary>
internal sealed record Conversation(Portfolio Portfolio, IReadOnlyList<Turn> Turns, DateTimeOffset Last);

/// <summary>
/// What was talked about in each context: the last few turns, for a while, in memory. A context belongs to the party that talks and to the subject that it
/// talks for: the same id of somebody else is another conversation.
/// </summary>
internal sealed class Conversations(TimeProvider time)
{
    /// <summary>How many are remembered; the one that was silent longest is forgotten first.</summary>
    public const int Most = 500;

    /// <summary>How many turns of one are remembered.</summary>
    public const int MostTurns = 6;

    /// <summary>How much of an answer is remembered, in characters.</summary>
    public const int LongestAnswer = 4_000;

    /// <summary>How long a silent one is remembered.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Owner, string ContextId), Conversation> _known = [];

    public Conversation? Find(string owner, string contextId)
    {
        lock (_gate)
            return _known.TryGetValue((owner, contextId), out var found) && found.Last + Lifetime >= time.GetUtcNow() ? found : null;
    }

    public void Add(string owner, string contextId, Portfolio portfolio, Turn turn)
    {
        turn = turn with { Answer = turn.Answer.Length <= LongestAnswer ? turn.Answer : turn.Answer[..LongestAnswer] };
        lock (_gate)
        {
            var before = _known.GetValueOrDefault((owner, contextId))?.Turns ?? [];
            _known[(owner, contextId)] = new(portfolio, [.. before.TakeLast(MostTurns - 1), turn], time.GetUtcNow());
            if (_known.Count > Most)
                _known.Remove(_known.MinBy(each => each.Value.Last).Key);
        }
    }
}
