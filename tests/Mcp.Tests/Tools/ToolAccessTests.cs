using System.Text.Json;
using AgentMesh.A2A.Mesh.Tests.Mesh;
using AgentMesh.Mcp.Tests.Fixtures;
using AgentMesh.Testing;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace AgentMesh.Mcp.Tests.Tools;

/// <summary>A tool is for callers with its scope. For everybody else there is no such tool, and nobody's call comes near its code.</summary>
[Proves("T25")]
public sealed class ToolAccessTests : IAsyncLifetime
{
    private readonly ToolMesh _mesh = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _mesh.InitializeAsync();

    [Fact]
    public async Task What_is_listed_is_what_was_granted()
    {
        await using var client = await _mesh.ConnectAsync();

        var tools = await client.ListToolsAsync(cancellationToken: Cancellation);

        Assert.Equal(["add", "ask-back", "break", "decline", "echo", "wait", "who"], tools.Select(tool => tool.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("act", "tool act", "insufficient_scope")]
    [InlineData("both", "tool both", "insufficient_scope")]
    [InlineData("commit", "skill commit", "insufficient_scope")]
    [InlineData("undeclared", "tool undeclared", "scope_undeclared")]
    [InlineData("bare", "skill bare", "scope_undeclared")]
    [InlineData("hidden", "tool", "tool_unknown")]
    [InlineData("untyped", "tool", "tool_unknown")]
    [InlineData("never-was", "tool", "tool_unknown")]
    public async Task A_tool_that_is_not_listed_is_refused_in_the_words_for_one_that_never_was_recorded_and_not_run(string tool, string action, string reason)
    {
        await using var client = await _mesh.ConnectAsync();

        var refused = await Assert.ThrowsAsync<McpProtocolException>(async () => await client.CallToolAsync(tool, new Dictionary<string, object?> { ["text"] = "x" }, cancellationToken: Cancellation));

        Assert.Equal((McpErrorCode.InvalidParams, "Request failed (remote): No tool of this name is listed for this request."), (refused.ErrorCode, refused.Message));
        var denied = Assert.Single(_mesh.Back.Audit.Events, each => each.Decision == "deny");
        Assert.Equal((action, reason, "back.read", "mtls+token"), (denied.Action, denied.Reason, denied.Scopes, denied.Authentication));
        Assert.Equal((ChainManifest.IdOf("ann"), ChainManifest.IdOf("ann"), ChainManifest.IdOf("back")), (denied.Caller, denied.Subject, denied.Callee));
        Assert.NotNull(denied.TokenId);
        Assert.Empty(_mesh.Runs.Seen);
    }

    [Fact]
    public async Task A_tool_runs_on_behalf_of_the_requests_caller_and_its_decision_is_on_record()
    {
        await using var client = await _mesh.ConnectAsync();

        var result = await client.CallToolAsync("who", cancellationToken: Cancellation);

        var served = result.StructuredContent!.Value;
        Assert.Equal((ChainManifest.IdOf("ann"), ChainManifest.IdOf("ann"), "back.read"), (Text(served, "caller"), Text(served, "subject"), Text(served, "scopes")));
        Assert.Equal(served.GetRawText(), Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text);
        Assert.Contains(_mesh.Back.Audit.Events, each => each is { Action: "tool who", Decision: "allow" } && each.Caller == ChainManifest.IdOf("ann"));
    }

    [Fact]
    public async Task Two_callers_at_once_are_each_served_as_themselves()
    {
        await using var ann = await _mesh.ConnectAsync();
        await using var bob = await _mesh.ConnectAsync("bob");

        var served = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i => Text((await (i % 2 == 0 ? ann : bob).CallToolAsync("who", cancellationToken: Cancellation)).StructuredContent!.Value, "caller")));

        Assert.Equal(Enumerable.Range(0, 20).Select(i => ChainManifest.IdOf(i % 2 == 0 ? "ann" : "bob")), served);
    }

    [Fact]
    public async Task An_agent_called_with_mutual_TLS_alone_offers_what_the_manifests_edge_grants()
    {
        await using var client = await ToolMesh.ConnectAsync(PlainHttp("ann"), new Uri(_mesh.Plain.Address, "mcp"));

        Assert.Equal("who", Assert.Single(await client.ListToolsAsync(cancellationToken: Cancellation)).Name);
        Assert.Equal(ChainManifest.IdOf("ann"), Text((await client.CallToolAsync("who", cancellationToken: Cancellation)).StructuredContent!.Value, "caller"));
        await Assert.ThrowsAsync<McpProtocolException>(async () => await client.CallToolAsync("act", cancellationToken: Cancellation));
        Assert.Equal([$"{ChainManifest.IdOf("ann")} tool act insufficient_scope"], _mesh.Plain.Audit.Denied);
    }

    private HttpClient PlainHttp(string party)
    {
        var source = _mesh.Chain.SourceOf(party);
        return new HttpClient(Spiffe.SpiffeTls.CreateHandler(source, source, Spiffe.Authorize.AnyPeer(), _mesh.Chain.Clock));
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();
}
