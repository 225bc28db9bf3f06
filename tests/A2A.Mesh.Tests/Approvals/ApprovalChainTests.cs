using System.Text.Json;
using AgentMesh.A2A.Mesh.Tests.Mesh;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.A2A.Mesh.Tests.Approvals;

/// <summary>A person's approval, asked for by the second of three agents, and seen by whoever asked the first (A2A §7.6).</summary>
public sealed class ApprovalChainTests : IAsyncLifetime
{
    private readonly ChainMesh _mesh = new();
    private RunningAgent _back = null!;
    private A2AClient _client = null!;
    private Caller _ann = null!;

    private Deeds Deeds => _back.Services.GetRequiredService<Deeds>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _mesh.InitializeAsync();
        _back = await _mesh.BackAsync();
        await _mesh.MiddleAsync();
        await _mesh.FrontAsync();
        _ann = _mesh.Caller("ann");
        // Bob asks, Ann approves: nobody decides on a request made on their own behalf alone.
        _client = await _mesh.Caller("bob").ClientAsync("ask", "front.ask");
    }

    [Fact]
    public async Task What_is_approved_is_done_and_the_chain_goes_on_by_itself()
    {
        var (events, notice) = await UntilAskedAsync(3);

        var pending = await _ann.PendingAsync();
        Assert.Equal(pending.GetProperty("id").GetString(), notice.Id);
        Assert.Equal(("middle", "do deed 3 times", "The operator ann"), (notice.Agent, notice.Needed, notice.Approvers));
        Assert.Empty(Deeds.Done);
        await _ann.DecideAsync(notice.Id, "approve");

        var states = await StatesAsync(events);
        Assert.Equal([TaskState.Working, TaskState.Completed], states.Distinct());
        Assert.Equal(["deed 3"], Deeds.Done);
        var artifact = Assert.Single((await LastTaskAsync()).Artifacts!);
        Assert.Equal(new Done("back", "deed", ChainManifest.IdOf("bob")), artifact.Parts[0].Data!.Value.Deserialize<Done>(SkillJson.Options));
    }

    [Theory]
    [InlineData("approve", TaskState.Completed)]
    [InlineData("deny", TaskState.Failed)]
    public async Task An_approval_is_carried_through_as_many_agents_as_wait_for_it(string decision, TaskState end)
    {
        await _mesh.DoorAsync();
        _client = await _mesh.Caller("bob").ClientAsync("knock", "door.knock");
        var (events, notice) = await UntilAskedAsync(8);
        Assert.Equal("middle", notice.Agent);
        Assert.Equal([TaskState.AuthRequired], await _mesh.TasksAsync("front", "door", "bob"));
        Assert.Equal([TaskState.AuthRequired], await MiddleAsync());

        await _ann.DecideAsync(notice.Id, decision);

        Assert.Equal(end, (await StatesAsync(events)).Last());
        Assert.Equal([end], await _mesh.TasksAsync("front", "door", "bob"));
        Assert.Equal([end], await MiddleAsync());
        Assert.Equal(decision == "approve" ? ["deed 8"] : [], Deeds.Done);
    }

    [Fact]
    public async Task What_is_denied_is_not_done_and_every_task_of_the_chain_fails_with_the_reason()
    {
        var (events, notice) = await UntilAskedAsync(4);

        await _ann.DecideAsync(notice.Id, "deny");

        await StatesAsync(events);
        await FailedAsync("approval_denied", "said no");
    }

    [Fact]
    public async Task What_nobody_decides_on_fails_when_its_time_is_over()
    {
        var (events, _) = await UntilAskedAsync(5);

        _mesh.Clock.Advance(TimeSpan.FromMinutes(3));

        await StatesAsync(events);
        await FailedAsync("approval_expired", "nobody decided in time");
    }

    [Fact]
    public async Task Canceling_the_first_task_cancels_the_others_and_an_approval_that_comes_late_does_nothing()
    {
        var (events, notice) = await UntilAskedAsync(6);

        await _client.CancelTaskAsync((await LastTaskAsync()).Id, Cancellation);

        Assert.Equal(TaskState.Canceled, (await StatesAsync(events)).Last());
        for (var attempt = 0; attempt < 100 && (await MiddleAsync()).Contains(TaskState.AuthRequired); attempt++)
            await Task.Delay(50, Cancellation);
        Assert.Equal([TaskState.Canceled], await MiddleAsync());
        await _ann.DecideAsync(notice.Id, "approve");
        Assert.Empty(Deeds.Done);
    }

    [Fact]
    public async Task The_state_itself_authorizes_nothing_and_shows_no_credential()
    {
        var (events, notice) = await UntilAskedAsync(7);
        var task = await LastTaskAsync();

        // Whoever answers the task instead of the authorization server changes nothing.
        await _client.SendMessageAsync(new() { Message = Message.FromUser("approved", taskId: task.Id), Configuration = new() { ReturnImmediately = true } }, Cancellation);
        Assert.Equal(TaskState.AuthRequired, (await LastTaskAsync()).Status.State);
        Assert.Empty(Deeds.Done);
        Assert.DoesNotMatch("eyJ|auth_req_id|Bearer|[0-9a-f]{64}", JsonSerializer.Serialize(task));

        await _ann.DecideAsync(notice.Id, "deny");
        await StatesAsync(events);
    }

    private async Task<(IAsyncEnumerator<StreamResponse> Events, AuthorizationNotice Notice)> UntilAskedAsync(int amount)
    {
        var message = new Message { MessageId = Guid.NewGuid().ToString(), Role = Role.User, Parts = [Part.FromData(JsonSerializer.SerializeToElement(new Order("deed", amount), SkillJson.Options))] };
        var events = _client.SendStreamingMessageAsync(new() { Message = message }, Cancellation).GetAsyncEnumerator(Cancellation);
        while (await events.MoveNextAsync())
        {
            if (events.Current.StatusUpdate is { Status: { State: TaskState.AuthRequired } status })
                return (events, AuthorizationNotice.Of(status)!);
            Assert.False(events.Current.State?.IsTerminal(), JsonSerializer.Serialize(events.Current));
        }
        throw new InvalidOperationException("The stream ended before approval was asked for.");
    }

    private static async Task<List<TaskState>> StatesAsync(IAsyncEnumerator<StreamResponse> events)
    {
        List<TaskState> states = [];
        while (await events.MoveNextAsync())
        {
            if (events.Current.State is { } state)
                states.Add(state);
        }
        await events.DisposeAsync();
        return states;
    }

    private async Task<AgentTask> LastTaskAsync() => (await _client.ListTasksAsync(new() { IncludeArtifacts = true }, Cancellation)).Tasks[0];

    private async Task FailedAsync(string reason, string words)
    {
        var status = (await LastTaskAsync()).Status;
        Assert.Equal(TaskState.Failed, status.State);
        Assert.Contains(words, status.Message!.Text, StringComparison.Ordinal);
        Assert.Contains(reason, JsonSerializer.Serialize(status.Message.Parts[1].Data), StringComparison.Ordinal);
        Assert.Empty(Deeds.Done);
        Assert.Equal([TaskState.Failed], await MiddleAsync());
    }

    private Task<IReadOnlyList<TaskState>> MiddleAsync() => _mesh.TasksAsync("middle", "front", "bob");

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();
}
