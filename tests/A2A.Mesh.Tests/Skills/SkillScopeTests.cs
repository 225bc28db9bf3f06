using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AgentMesh.A2A.Mesh.Tests.Mesh;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.A2A.Mesh.Tests.Skills;

/// <summary>A skill is for callers with its scope, and nobody else's message comes near its code (A2A §13).</summary>
[Threat("T25")]
public sealed class SkillScopeTests : IAsyncLifetime
{
    private readonly ChainMesh _mesh = new();
    private RunningAgent _back = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _mesh.InitializeAsync();
        _back = await _mesh.BackAsync();
    }

    [Theory]
    [InlineData("do", "insufficient_scope", "back.do")]
    [InlineData("open", "scope_undeclared", "")]
    public async Task A_skill_without_its_scope_is_refused_in_both_bindings_before_its_code_runs(string skill, string reason, string scope)
    {
        var ann = _mesh.Caller("ann");
        using var http = ann.WithToken(await ann.TokenAsync("back", "back.read"));

        using var rpc = await http.PostAsJsonAsync(new Uri(_back.Address, "a2a"), new { jsonrpc = "2.0", id = 1, method = "SendMessage", @params = Request(skill) }, Cancellation);
        using var rest = await http.PostAsJsonAsync(new Uri(_back.Address, "a2a/message:send"), Request(skill), Cancellation);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (rpc.StatusCode, rest.StatusCode));
        Assert.All([rpc, rest], each => Assert.Contains("insufficient_scope", $"{each.Headers.WwwAuthenticate}", StringComparison.Ordinal));
        Assert.Contains($"\"scope\":\"{scope}\"", await rest.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal(-32097, (await rpc.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal(Enumerable.Repeat($"{ChainManifest.IdOf("ann")} skill {skill} {reason}", 2), _back.Audit.Denied);
        Assert.Empty(_back.Services.GetRequiredService<Deeds>().Done);
        Assert.Empty(await _mesh.TasksAsync("back", "ann", "ann"));
    }

    [Fact]
    public async Task With_its_scope_the_same_caller_uses_the_other_skill_and_both_decisions_are_on_record()
    {
        var client = await _mesh.Caller("ann").ClientAsync("read", "back.read");

        var reply = await client.SendMessageAsync(new() { Message = Message.FromUser("read") with { Metadata = SkillName.Metadata("read") } }, Cancellation);

        Assert.Equal($"read for {ChainManifest.IdOf("ann")}", reply.Task!.Status.Message!.Text);
        Assert.Contains(_back.Audit.Events, each => each is { Action: "skill read", Decision: "allow", Authentication: "mtls+token" });
    }

    [Theory]
    [InlineData("mtls")]
    [InlineData("mtls+token")]
    [InlineData("mtls+entra")]
    public async Task A_decision_about_a_skill_says_how_the_caller_proved_itself_as_the_decision_about_the_request_does(string authentication)
    {
        var ann = ChainManifest.IdOf("ann");
        var served = new Auth.DelegationContext(ann, ann, [], Auth.ScopeSet.Of("back.read"), null, null) { TokenId = "jti", Authentication = authentication };
        using var serving = served.Activate();

        await _back.Services.GetRequiredService<SkillAuthorization>().AuthorizeAsync(
            new DefaultHttpContext(), new() { Message = Message.FromUser("read") with { Metadata = SkillName.Metadata("read") } }, null);

        Assert.Equal(("skill read", authentication), (_back.Audit.Events.Last().Action, _back.Audit.Events.Last().Authentication));
    }

    [Theory]
    [InlineData(null, "Name the skill: do, read.")]
    [InlineData("nothing", "No skill of this agent. It has: do, read.")]
    public async Task A_message_for_no_skill_is_told_which_there_are(string? skill, string why)
    {
        var client = await _mesh.Caller("ann").ClientAsync("read", "back.read");
        var message = Message.FromUser("read") with { Metadata = skill is null ? null : SkillName.Metadata(skill) };

        var error = await Assert.ThrowsAsync<A2AException>(() => client.SendMessageAsync(new() { Message = message }, Cancellation));

        Assert.Equal(A2AErrorCode.InvalidParams, error.Code);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_continues_a_task_is_held_to_the_skill_that_the_task_began_with()
    {
        var ann = _mesh.Caller("ann");
        var client = await ann.ClientAsync("read", "back.read");
        var waiting = (await client.SendMessageAsync(new() { Message = Message.FromUser("wait") with { Metadata = SkillName.Metadata("read") } }, Cancellation)).Task!;
        Assert.Equal(TaskState.InputRequired, waiting.Status.State);

        var error = await Assert.ThrowsAsync<A2AException>(() => client.SendMessageAsync(
            new() { Message = Message.FromUser("go on", taskId: waiting.Id) with { Metadata = SkillName.Metadata("do") } }, Cancellation));
        Assert.Contains("The task is about read", error.Message, StringComparison.Ordinal);

        var done = await client.SendMessageAsync(new() { Message = Message.FromUser("go on", taskId: waiting.Id) }, Cancellation);
        Assert.Equal(TaskState.Completed, done.Task!.Status.State);
    }

    [Fact]
    public async Task A_caller_without_any_of_the_agents_scopes_gets_nowhere()
    {
        var eve = _mesh.Caller("eve");
        using var http = eve.WithToken(await eve.TokenAsync("rogue", "back.read"));

        using var response = await http.GetAsync(new Uri(_back.Address, "a2a/tasks"), Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("token_audience", _back.Audit.Events.Last().Reason);
    }

    private static object Request(string skill) => new
    {
        message = new { messageId = "m", role = "ROLE_USER", parts = new[] { new { data = new { what = "x", amount = 1 } } }, metadata = new { skill } },
    };

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();
}
