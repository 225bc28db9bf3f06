using AgentMesh.Agents.Advisor;

namespace AgentMesh.Agents.Tests.Advisor;

/// <summary>What is remembered of a conversation is its party's alone (T40), and little.</summary>
public sealed class ConversationTests
{
    private static readonly Portfolio Portfolio = new("p", "P", "USD", [new("IBM", 1)]);

    private readonly Clock _clock = new();

    [Fact]
    public void The_same_context_of_another_party_is_another_conversation()
    {
        var conversations = new Conversations(_clock);
        conversations.Add("alice", "c", Portfolio, new("q", "a"));

        Assert.Null(conversations.Find("bob", "c"));
        Assert.Null(conversations.Find("alice", "d"));
        Assert.Equal([new Turn("q", "a")], conversations.Find("alice", "c")!.Turns);
    }

    [Fact]
    public void Only_the_last_turns_are_remembered_and_of_long_answers_the_beginning()
    {
        var conversations = new Conversations(_clock);
        for (var i = 0; i < 20; i++)
            conversations.Add("alice", "c", Portfolio, new($"q{i}", new string('x', 100_000)));

        var turns = conversations.Find("alice", "c")!.Turns;
        Assert.Equal(["q14", "q15", "q16", "q17", "q18", "q19"], turns.Select(turn => turn.Question));
        Assert.All(turns, turn => Assert.Equal(Conversations.LongestAnswer, turn.Answer.Length));
    }

    [Fact]
    public void A_party_that_opens_ever_new_contexts_makes_the_oldest_be_forgotten()
    {
        var conversations = new Conversations(_clock);
        for (var i = 0; i <= Conversations.Most; i++, _clock.Now += TimeSpan.FromMilliseconds(1))
            conversations.Add("alice", $"c{i}", Portfolio, new("q", "a"));

        Assert.Null(conversations.Find("alice", "c0"));
        Assert.NotNull(conversations.Find("alice", "c1"));
    }

    [Fact]
    public void A_silent_conversation_is_forgotten()
    {
        var conversations = new Conversations(_clock);
        conversations.Add("alice", "c", Portfolio, new("q", "a"));
        _clock.Now += Conversations.Lifetime + TimeSpan.FromSeconds(1);

        Assert.Null(conversations.Find("alice", "c"));
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
