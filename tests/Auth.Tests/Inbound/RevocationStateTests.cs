using AgentMesh.Auth.AspNetCore;
using AgentMesh.Testing;

namespace AgentMesh.Auth.Tests;

public sealed class RevocationStateTests
{
    private const string Party = "spiffe://agentmesh.local/agent/advisor";
    private const string Other = "spiffe://agentmesh.local/agent/trader";

    private readonly TestClock _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly InMemoryRevocationState _state;

    public RevocationStateTests() => _state = new InMemoryRevocationState(_clock);

    [Fact, Proves("T38", "AI7")]
    public void More_revocations_than_can_be_told_apart_refuse_everything_issued_before_them_and_nothing_issued_after()
    {
        var before = _clock.GetUtcNow();
        for (var i = 0; i < 99_999; i++)
            _state.RevokeToken($"t{i}", before.AddMinutes(5));
        Assert.Null(Check("honest", before));

        _state.RevokeToken("the last that fits", before.AddMinutes(5));

        Assert.Equal(DecisionReason.RevocationUnknown, Check("t7", before));
        Assert.Equal(DecisionReason.RevocationUnknown, Check("honest", before));
        Assert.Null(Check("exchanged since", before.AddSeconds(1)));
        // A call without a token stands on no token that could have been revoked.
        Assert.Null(_state.Check(new RevocationSubject(Party, Party, [], null, [], null, before)));
    }

    [Fact, Proves("T38")]
    public void Revocations_of_tokens_that_have_ended_make_room()
    {
        for (var i = 0; i < 250_000; i++)
        {
            if (i % 50_000 == 0)
                _clock.Advance(TimeSpan.FromMinutes(6));
            _state.RevokeToken($"t{i}", _clock.GetUtcNow().AddMinutes(5));
        }

        Assert.Null(Check("honest", _clock.GetUtcNow()));
        Assert.Equal(DecisionReason.TokenRevoked, Check("t249999", _clock.GetUtcNow()));
    }

    [Theory, Proves("T31", "AI7")]
    [InlineData(Party, Other, Other)]
    [InlineData(Other, Party, Other)]
    [InlineData(Other, Other, Party)]
    public void Tokens_from_before_a_party_was_restored_stay_refused_and_its_calls_without_a_token_pass_at_once(string caller, string subject, string actor)
    {
        var before = _clock.GetUtcNow();
        _state.RevokeAgent(Party);
        _clock.Advance(TimeSpan.FromMilliseconds(1500));
        Assert.Equal(DecisionReason.AgentRevoked, Check("token", before));
        Assert.Equal(DecisionReason.AgentRevoked, Check(null, before));

        _state.RestoreAgent(Party);

        Assert.Null(Check(null, before));
        Assert.Equal(DecisionReason.AgentRevoked, Check("token", before));
        Assert.Equal(DecisionReason.AgentRevoked, Check("token", before.AddSeconds(1)));
        Assert.Null(Check("token", before.AddSeconds(2)));
        Assert.Null(_state.Check(new RevocationSubject(Other, Other, [Other], "token", [], "task", before)));
        // Disabled once more, neither counts.
        _state.RevokeAgent(Party);
        Assert.Equal(DecisionReason.AgentRevoked, Check(null, before));
        Assert.Equal(DecisionReason.AgentRevoked, Check("token", before.AddSeconds(2)));

        string? Check(string? token, DateTimeOffset issuedAt) => _state.Check(new RevocationSubject(caller, subject, [Other, actor], token, [], "task", issuedAt));
    }

    private string? Check(string token, DateTimeOffset issuedAt) => _state.Check(new RevocationSubject(Party, Party, [], token, [], "task", issuedAt));
}
