using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentMesh.A2A;
using AgentMesh.A2A.Tests.Sdk;

namespace AgentMesh.Agents.Tests.Running;

/// <summary>
/// The JavaScript SDK, which nobody here wrote, as a client of the agents: certificate, key and authority are given to its https agent, and the token to
/// its Authorization header.
/// </summary>
[Collection(nameof(RunningMesh))]
public sealed class SdkTests(RunningMesh mesh, NodeInterop node) : IClassFixture<NodeInterop>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("risk-analyst", "risk.score", "score-portfolio", A2AProtocol.JsonRpc)]
    [InlineData("risk-analyst", "risk.score", "score-portfolio", A2AProtocol.HttpJson)]
    [InlineData("trader", "trade.propose", "propose-order", A2AProtocol.JsonRpc)]
    [InlineData("trader", "trade.propose", "propose-order", A2AProtocol.HttpJson)]
    [InlineData("advisor", "portfolio.advise", "advise", A2AProtocol.JsonRpc)]
    [InlineData("advisor", "portfolio.advise", "advise", A2AProtocol.HttpJson)]
    public async Task The_sdk_completes_every_operation_with_an_agent_of_the_mesh(string agent, string scope, string skill, string binding)
    {
        Assert.SkipWhen(node.Missing is not null, node.Missing ?? "");

        var result = JsonNode.Parse(await RunAsync(agent, skill, binding, await mesh.TokenAsync(agent, scope)))!.AsObject();
        // The order was canceled; whoever is still asked about it is not to find it in another test.
        if (agent == "advisor")
            await mesh.Approver.DecideAsync("deny");

        string[] skills = agent == "trader" ? ["draft-order", "propose-order", "place-order", "read-account"] : [skill];
        var granted = agent == "trader" ? new[] { "draft-order", "propose-order" } : [skill];
        var expected = JsonNode.Parse($$"""
            {
              "protocol": "{{binding}}", "card": "{{agent}}", "skills": {{JsonSerializer.Serialize(skills)}}, "schemes": ["mtls", "oauth"],
              "send": { "state": "TASK_STATE_COMPLETED", "result": "data" },
              "stream": { "first": "task", "artifacts": 1, "last": "TASK_STATE_COMPLETED" },
              "rejected": "TASK_STATE_REJECTED", "get": "TASK_STATE_COMPLETED", "list": true, "subscribe": true, "cancel": true,
              {{(agent == "advisor" ? Waiting : "")}}
              "push": { "created": "mine", "got": "https://hooks.example/a2a", "listed": 1, "left": 0 },
              "extendedCard": {{JsonSerializer.Serialize(granted)}},
              "errors": {
                "getUnknown": "TaskNotFoundError", "cancelEnded": "TaskNotCancelableError", "sendToEnded": "UnsupportedOperationError",
                "subscribeEnded": "UnsupportedOperationError", "noParts": "RequestMalformedError", "noSuchSkill": "RequestMalformedError",
                "pageSize": "RequestMalformedError", "deletedConfig": "TaskNotFoundError", "webhookInside": "RequestMalformedError", "forbidden": true
              }
            }
            """);
        Assert.Equal(expected!.ToJsonString(), result.ToJsonString());
    }

    [Fact]
    public async Task The_sdk_gets_nowhere_with_a_token_for_another_agent()
    {
        Assert.SkipWhen(node.Missing is not null, node.Missing ?? "");

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(async () => await RunAsync("trader", "propose-order", A2AProtocol.JsonRpc, await mesh.TokenAsync("risk-analyst", "risk.score")));

        Assert.Contains("node agent.mjs ended with 1", failure.Message, StringComparison.Ordinal);
        Assert.Equal("token_audience", mesh.Journal("trader").Last(e => e.GetProperty("decision").GetString() == "deny").GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("risk-analyst", "risk.score", "score-portfolio", "score-portfolio", "draft-order")]
    [InlineData("trader", "trade.propose", "propose-order", "draft-order propose-order", "place-order")]
    [InlineData("advisor", "portfolio.advise", "advise", "advise draft_order get_prices get_risk propose_order", "get_account")]
    public async Task The_sdk_of_the_Model_Context_Protocol_lists_and_calls_what_was_granted(string agent, string scope, string tool, string tools, string forbidden)
    {
        Assert.SkipWhen(node.Missing is not null, node.Missing ?? "");
        var over = await mesh.Client(agent).AskAsync(tool, Request(tool));

        var output = JsonElement.Parse(await NodeInterop.RunScriptAsync("mcp.mjs", JsonSerializer.Serialize(new
        {
            url = new Uri(mesh.AddressOf(agent), "mcp"),
            headers = new { Authorization = $"Bearer {await mesh.TokenAsync(agent, scope)}" },
            tls = Tls(agent),
            tool,
            arguments = Request(tool),
            bad = new { },
            forbidden,
        })));

        Assert.Equal((agent, tools), (output.GetProperty("server").GetString(), string.Join(' ', output.GetProperty("tools").EnumerateArray().Select(name => name.GetString()))));
        // The SDK has held it to the tool's output schema.
        Assert.Equal(over.Data.EnumerateObject().Select(member => member.Name), output.GetProperty("structured").EnumerateObject().Select(member => member.Name));
        Assert.True(output.GetProperty("failed").GetBoolean());
        Assert.Equal(-32602, output.GetProperty("refused").GetInt32());
        Assert.Equal(over.Heard.Count > 0, output.GetProperty("progress").GetArrayLength() > 0);
    }

    [Fact]
    public async Task From_the_refusal_to_the_tools_result_a_client_finds_its_way_by_the_standards_metadata()
    {
        Assert.SkipWhen(node.Missing is not null, node.Missing ?? "");
        var folder = Directory.CreateTempSubdirectory("svid");
        try
        {
            var (cert, key, ca) = Pem();
            var own = await mesh.Identity.FetchJwtSvidAsync(mesh.Issuer.AbsoluteUri, Cancellation);
            foreach (var (name, text) in new[] { ("svid.0.pem", cert), ("svid.0.key", key), ("bundle.0.pem", ca), ("jwt.json", JsonSerializer.Serialize(new[] { new { svids = new[] { new { svid = own.Token } } } })) })
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, name), text, Cancellation);

            var lines = (await NodeInterop.RunScriptAsync("mcp-by-hand.mjs", "", folder.FullName, mesh.AddressOf("risk-analyst").AbsoluteUri, "spiffe://agentmesh.local/agent/risk-analyst",
                "spiffe://agentmesh.local/service/auth-server", "risk.score", "score-portfolio", JsonSerializer.Serialize(Request("score-portfolio")))).Split('\n', StringSplitOptions.RemoveEmptyEntries);

            Assert.StartsWith("score-portfolio: ", lines[0], StringComparison.Ordinal);
            Assert.True(JsonElement.DeepEquals((await mesh.Client("risk-analyst").AskAsync("score-portfolio", Request("score-portfolio"))).Data, JsonElement.Parse(lines[1])));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private Task<string> RunAsync(string agent, string skill, string binding, string token)
    {
        return NodeInterop.RunScriptAsync("agent.mjs", JsonSerializer.Serialize(new
        {
            url = mesh.AddressOf(agent).GetLeftPart(UriPartial.Authority),
            binding,
            headers = new { Authorization = $"Bearer {token}" },
            tls = Tls(agent),
            skill,
            data = Request(skill),
            bad = new { },
            waiting = agent == "advisor" ? new { question = "Buy 10 MSFT for port-abc", portfolio = new { id = "port-abc", name = "One", currency = "USD", holdings = new[] { new { symbol = "MSFT", weight = 1 } } } } : null,
            forbidden = agent == "trader" ? "place-order" : "nothing",
        }));
    }

    private object Tls(string agent)
    {
        var (cert, key, ca) = Pem();
        return new { cert, key, ca, serverUri = $"spiffe://agentmesh.local/agent/{agent}" };
    }

    private (string Certificate, string Key, string Authorities) Pem()
    {
        var svid = mesh.Identity.GetX509Svid();
        var bundle = mesh.Identity.FindX509Bundle(svid.Id.TrustDomain)!;
        return (
            string.Join('\n', svid.Intermediates.Prepend(svid.Certificate).Select(certificate => certificate.ExportCertificatePem())),
            svid.Certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(),
            string.Join('\n', bundle.Authorities.Select(authority => authority.ExportCertificatePem())));
    }

    private const string Waiting = """
        "waiting": {
          "first": "task", "awaited": "TASK_STATE_AUTH_REQUIRED", "canceled": "TASK_STATE_CANCELED", "followers": ["TASK_STATE_CANCELED", "TASK_STATE_CANCELED"]
        },
        """;

    private static object Request(string skill) => skill switch
    {
        "score-portfolio" => new { holdings = new[] { new { symbol = "IBM", weight = 1 } } },
        "propose-order" => new { account = "port-abc", side = "buy", symbol = "MSFT", quantity = 1 },
        _ => new { question = "How risky is it?", portfolio = new { id = "p", holdings = new[] { new { symbol = "IBM", weight = 1 } } } },
    };
}
