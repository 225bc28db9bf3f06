using AgentMesh.A2A.Mesh.Tests.Mesh;

namespace AgentMesh.A2A.Mesh.Tests.Skills;

/// <summary>T38: an agent's settings bound what one caller has of it, and the others have theirs.</summary>
public sealed class TaskLimitTests : IAsyncLifetime
{
    private readonly ChainMesh _mesh = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _mesh.InitializeAsync();

    [Theory]
    [InlineData("Mesh:Tasks:PerCaller", "1", "wait")]
    [InlineData("Mesh:Tasks:BytesPerCaller", "4096", "wait")]
    [InlineData("Mesh:Tasks:LivePerCaller", "1", "hold")]
    public async Task A_caller_that_has_as_much_as_one_may_have_is_refused_and_another_is_not(string setting, string value, string first)
    {
        await StartAsync(setting, value);
        var ann = await _mesh.Caller("ann").ClientAsync("read", "back.read");
        var bob = await _mesh.Caller("bob").ClientAsync("read", "back.read");
        await ann.SendMessageAsync(new() { Message = ToRead(first), Configuration = new() { ReturnImmediately = true } }, Cancellation);

        var refused = await Assert.ThrowsAsync<A2AException>(() => ann.SendMessageAsync(new() { Message = ToRead(new string('x', 1024)) }, Cancellation));

        Assert.Equal(A2AErrorCode.Overloaded, refused.Code);
        Assert.Contains("one caller may have", refused.Message, StringComparison.Ordinal);
        Assert.Equal(TaskState.Completed, (await bob.SendMessageAsync(new() { Message = ToRead("read") }, Cancellation)).Task!.Status.State);
    }

    [Fact]
    public async Task A_message_larger_than_the_server_takes_is_refused_before_a_task_is_made_of_it()
    {
        await StartAsync("Mesh:Server:MaxRequestBodyBytes", "65536");
        var ann = await _mesh.Caller("ann").ClientAsync("read", "back.read");

        var refused = await Assert.ThrowsAsync<A2AException>(() => ann.SendMessageAsync(new() { Message = ToRead(new string('x', 65536)) }, Cancellation));

        Assert.Equal(413, refused.HttpStatus);
        Assert.Empty(await _mesh.TasksAsync("back", "ann"));
        Assert.Equal(TaskState.Completed, (await ann.SendMessageAsync(new() { Message = ToRead(new string('x', 60_000)) }, Cancellation)).Task!.Status.State);
    }

    private Task<RunningAgent> StartAsync(string setting, string value) => _mesh.StartAsync("back", builder =>
    {
        builder.Configuration[setting] = value;
        builder.AddSkill<ReadSkill>();
    });

    private static Message ToRead(string text) => Message.FromUser(text) with { Metadata = SkillName.Metadata("read") };

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();
}
