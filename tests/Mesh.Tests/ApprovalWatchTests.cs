using System.Text.Json;
using AgentMesh.Cli.Approvals;
using AgentMesh.Cli.Output;
using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.Mesh.Tests;

/// <summary>What is typed decides on the request that the person has read, and on no other.</summary>
public sealed class ApprovalWatchTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Desk _desk = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly ApprovalWatch _watch;
    private readonly Task _watching;

    public ApprovalWatchTests()
    {
        _watch = new(_desk, new ApprovalText("agentmesh.local", _time), Screen.OfProcess().Silent(), _time);
        _desk.Waiting = [Approval("a"), Approval("b")];
        _watching = _watch.RunAsync(static _ => "?", _ended.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
    }

    [Fact]
    public async Task A_decision_that_was_typed_as_another_request_took_the_place_of_the_first_is_not_taken()
    {
        await ShownAsync("a");

        // Somebody else decides on the first in the moment in which Enter is pressed.
        _desk.Waiting = [Approval("b")];
        await ShownAsync("b");
        await TypeAsync();
        Assert.Empty(_desk.Decided);

        _time.Advance(TimeSpan.FromSeconds(2));
        await TypeAsync();
        Assert.Equal(["b"], _desk.Decided);
    }

    [Fact]
    public async Task A_line_that_was_typed_twice_decides_once()
    {
        await ShownAsync("a");
        var typed = _time.GetTimestamp();

        await _watch.DecideAsync(true, typed, TestContext.Current.CancellationToken);
        _desk.Waiting = [Approval("b")];
        await ShownAsync("b");
        _time.Advance(TimeSpan.FromMinutes(1));
        await _watch.DecideAsync(true, typed, TestContext.Current.CancellationToken);

        Assert.Equal(["a"], _desk.Decided);
        await TypeAsync();
        Assert.Equal(["a", "b"], _desk.Decided);
    }

    [Fact]
    public async Task What_was_alone_on_the_screen_is_decided_on_at_once()
    {
        await ShownAsync("a");

        await TypeAsync();

        Assert.Equal(["a"], _desk.Decided);
    }

    private Task TypeAsync() => _watch.DecideAsync(true, _time.GetTimestamp(), TestContext.Current.CancellationToken);

    private async Task ShownAsync(string id)
    {
        while (_watch.Current?.Id != id)
        {
            Assert.False(_watching.IsCompleted, _watching.Exception?.ToString());
            _time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private static WaitingApproval Approval(string id) => new(
        id, "spiffe://agentmesh.local/agent/advisor", "spiffe://agentmesh.local/agent/trader", "trade.execute", "spiffe://agentmesh.local/operator/local", [], "txn", null,
        JsonSerializer.Deserialize<JsonElement>("[]"), default, DateTimeOffset.MaxValue);

    private sealed class Desk : IApprovalDesk
    {
        public volatile IReadOnlyList<WaitingApproval> Waiting = [];

        public List<string> Decided { get; } = [];

        public Task<IReadOnlyList<WaitingApproval>> ListAsync(TimeSpan wait, CancellationToken cancellationToken) => Task.FromResult(Waiting);

        public Task<string?> DecideAsync(string id, bool approve, CancellationToken cancellationToken)
        {
            Decided.Add(id);
            return Task.FromResult<string?>(null);
        }
    }
}
