using System.Text.Json;
using AgentMesh.A2A;
using AgentMesh.A2A.Mesh;
using AgentMesh.Auth;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace AgentMesh.Mcp.Tests.Fixtures;

internal sealed record Worked(bool Failed, string Told);

/// <summary>
/// An agent of the mesh that uses another one's tools as an MCP client: its HttpClient authenticates as for any call, and what a person approved goes with
/// the one request that it is good for.
/// </summary>
[Skill("work", "middle.work", Description = "Has it done by those who can.")]
internal sealed class MiddleSkill(SkillApprovals approvals, IHttpMessageHandlerFactory handlers, BackEndpoint back) : SkillHandler<EchoRequest, Worked>
{
    public const string Reads = "back";
    public const string Acts = "back, as approved";

    protected override async Task<Worked> RunAsync(EchoRequest request, AgentTaskContext task, CancellationToken cancellationToken)
    {
        var approved = await approvals.RequireAsync(
            new()
            {
                Callee = "back",
                Scopes = ScopeSet.Of("back.do"),
                AuthorizationDetails = JsonSerializer.SerializeToElement(new[] { new { type = "commit", text = request.Text } }),
                BindingMessage = $"commit {request.Text}",
            },
            cancellationToken);
        using var http = new HttpClient(new WithApprovedCall(handlers.CreateHandler(Reads), handlers.CreateHandler(Acts), approved));
        await using var client = await McpClient.CreateAsync(
            new HttpClientTransport(new() { Endpoint = back.Url, TransportMode = HttpTransportMode.StreamableHttp }, http), cancellationToken: cancellationToken);
        var result = await client.CallToolAsync("commit", new Dictionary<string, object?> { ["text"] = request.Text }, cancellationToken: cancellationToken);
        return new(result.IsError == true, ((TextContentBlock)result.Content[0]).Text);
    }

    private sealed class WithApprovedCall(HttpMessageHandler reads, HttpMessageHandler acts, ApprovedAction approved) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _reads = new(reads, disposeHandler: false);
        private readonly HttpMessageInvoker _acts = new(acts, disposeHandler: false);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            (await request.Content!.ReadAsStringAsync(cancellationToken)).Contains("\"tools/call\"", StringComparison.Ordinal)
                ? await _acts.SendAsync(request.WithApproval(approved), cancellationToken)
                : await _reads.SendAsync(request, cancellationToken);
    }
}

internal sealed record BackEndpoint(Uri Url);
