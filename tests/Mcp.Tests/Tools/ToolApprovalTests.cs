using System.Text.Json;
using AgentMesh.A2A.Mesh;
using AgentMesh.A2A.Mesh.Tests.Mesh;
using AgentMesh.Auth;
using AgentMesh.Mcp.Tests.Fixtures;
using AgentMesh.SemanticKernel;
using AgentMesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Protocol;

namespace AgentMesh.Mcp.Tests.Tools;

/// <summary>A tool that takes a person's approval is called with it and not without; a tool that waits for one is waited for.</summary>
[Proves("RA1")]
public sealed class ToolApprovalTests : IAsyncLifetime
{
    private readonly ToolMesh _mesh = new();
    private RunningAgent _middle = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Uri Endpoint => new(_middle.Address, "mcp");

    public async ValueTask InitializeAsync()
    {
        await _mesh.InitializeAsync();
        _middle = await _mesh.Chain.StartAsync(
            "middle",
            builder =>
            {
                builder.Services.AddA2ACalls(builder.Configuration);
                builder.Services.AddHttpClient(MiddleSkill.Reads, http => http.BaseAddress = _mesh.Back.Address).AddAgentAuth("back", "back.read");
                builder.Services.AddHttpClient(MiddleSkill.Acts, http => http.BaseAddress = _mesh.Back.Address).AddAgentAuth("back", "back.do");
                builder.Services.AddSingleton(new BackEndpoint(_mesh.Endpoint));
                builder.AddSkill<MiddleSkill>();
                builder.AddAgentKernel();
                builder.AddMcpTools();
            },
            map: app => app.MapMcpTools());
    }

    [Fact]
    public async Task What_a_person_approves_is_done_through_two_tools_while_whoever_asked_hears_what_is_waited_for()
    {
        var ann = _mesh.Chain.Caller("ann");
        using var http = ann.WithToken(await ann.TokenAsync("middle", "middle.work"));

        var calling = http.PostMcpAsync(Endpoint, "tools/call", new { name = "work", arguments = new { text = "it" }, _meta = new { progressToken = 7 } });
        var pending = await ann.PendingAsync();
        await ann.DecideAsync(pending.GetProperty("id").GetString()!, "approve");
        var answer = await calling;

        var worked = answer.Messages[^1].GetProperty("result").GetProperty("structuredContent").Deserialize<Worked>(SkillJson.Options)!;
        Assert.False(worked.Failed, worked.Told);
        Assert.Contains(answer.Messages, message => message.GetRawText().Contains("middle waits for an approval: commit it.", StringComparison.Ordinal));
        Assert.Equal(["commit"], _mesh.Runs.Seen);
        var decision = Assert.Single(_mesh.Back.Audit.Events, each => each.Action == "skill commit");
        Assert.Equal(("allow", ChainManifest.IdOf("middle"), ChainManifest.IdOf("ann")), (decision.Decision, decision.Caller, decision.Subject));
    }

    [Fact]
    public async Task What_a_person_denies_is_not_done_and_whoever_asked_is_told()
    {
        var ann = _mesh.Chain.Caller("ann");
        await using var client = await ToolMesh.ConnectAsync(ann.WithToken(await ann.TokenAsync("middle", "middle.work")), Endpoint);

        var calling = client.CallToolAsync("work", new Dictionary<string, object?> { ["text"] = "it" }, cancellationToken: Cancellation);
        var pending = await ann.PendingAsync();
        await ann.DecideAsync(pending.GetProperty("id").GetString()!, "deny");
        var result = await calling;

        Assert.True(result.IsError);
        Assert.Contains("\"error\":\"approval_denied\"", Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text, StringComparison.Ordinal);
        Assert.Empty(_mesh.Runs.Seen);
    }

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();
}
