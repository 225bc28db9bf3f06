using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentMesh.A2A;
using AgentMesh.A2A.Tests.Sdk;
using AgentMesh.Spiffe;

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
    public async Task The_sdk_completes_every_operation_with_an_agent_of_the_mesh(string agent, string scope, string skill, string binding)
    {
        Assert.SkipWhen(node.Missing is not null, node.Missing ?? "");

        var result = JsonNode.Parse(await RunAsync(agent, skill, binding, await TokenAsync(agent, scope)))!.AsObject();

        string[] skills = agent == "trader" ? ["draft-order", "propose-order", "place-order", "read-account"] : [skill];
        var granted = agent == "trader" ? new[] { "draft-order", "propose-order" } : [skill];
        var expected = JsonNode.Parse($$"""
            {
              "protocol": "{{binding}}", "card": "{{agent}}", "skills": {{JsonSerializer.Serialize(skills)}}, "schemes": ["mtls", "oauth"],
              "send": { "state": "TASK_STATE_COMPLETED", "result": "data" },
              "stream": { "first": "task", "artifacts": 1, "last": "TASK_STATE_COMPLETED" },
              "rejected": "TASK_STATE_REJECTED", "get": "TASK_STATE_COMPLETED", "list": true, "subscribe": true, "cancel": true,
              "extendedCard": {{JsonSerializer.Serialize(granted)}},
              "errors": {
                "getUnknown": "TaskNotFoundError", "cancelEnded": "TaskNotCancelableError", "sendToEnded": "UnsupportedOperationError",
                "subscribeEnded": "UnsupportedOperationError", "noParts": "RequestMalformedError", "noSuchSkill": "RequestMalformedError",
                "pageSize": "RequestMalformedError", "webhookInside": "RequestMalformedError", "forbidden": true
              }
            }
            """);
        Assert.Equal(expected!.ToJsonString(), result.ToJsonString());
    }

    [Fact]
    public async Task The_sdk_gets_nowhere_with_a_token_for_another_agent()
    {
        Assert.SkipWhen(node.Missing is not null, node.Missing ?? "");

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(async () => await RunAsync("trader", "propose-order", A2AProtocol.JsonRpc, await TokenAsync("risk-analyst", "risk.score")));

        Assert.Contains("node agent.mjs ended with 1", failure.Message, StringComparison.Ordinal);
        Assert.Equal("token_audience", mesh.Journal("trader").Last(e => e.GetProperty("decision").GetString() == "deny").GetProperty("reason").GetString());
    }

    private Task<string> RunAsync(string agent, string skill, string binding, string token)
    {
        var svid = mesh.Identity.GetX509Svid();
        var bundle = mesh.Identity.FindX509Bundle(svid.Id.TrustDomain)!;
        return NodeInterop.RunScriptAsync("agent.mjs", JsonSerializer.Serialize(new
        {
            url = mesh.AddressOf(agent).GetLeftPart(UriPartial.Authority),
            binding,
            headers = new { Authorization = $"Bearer {token}" },
            tls = new
            {
                cert = string.Join('\n', svid.Intermediates.Prepend(svid.Certificate).Select(certificate => certificate.ExportCertificatePem())),
                key = svid.Certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(),
                ca = string.Join('\n', bundle.Authorities.Select(authority => authority.ExportCertificatePem())),
                serverUri = $"spiffe://agentmesh.local/agent/{agent}",
            },
            skill,
            data = Request(skill),
            bad = new { },
            forbidden = agent == "trader" ? "place-order" : "nothing",
        }));
    }

    private static object Request(string skill) => skill switch
    {
        "score-portfolio" => new { holdings = new[] { new { symbol = "IBM", weight = 1 } } },
        "propose-order" => new { account = "port-abc", side = "buy", symbol = "MSFT", quantity = 1 },
        _ => new { question = "How risky is it?", portfolio = new { id = "p", holdings = new[] { new { symbol = "IBM", weight = 1 } } } },
    };

    private async Task<string> TokenAsync(string agent, string scope)
    {
        using var http = new HttpClient(SpiffeTls.CreateHandler(mesh.Identity, mesh.Identity, Authorize.Id(SpiffeId.Parse("spiffe://agentmesh.local/service/auth-server"))));
        var own = await mesh.Identity.FetchJwtSvidAsync(mesh.Issuer.AbsoluteUri, Cancellation);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
            ["subject_token"] = own.Token,
            ["subject_token_type"] = "urn:ietf:params:oauth:token-type:jwt",
            ["audience"] = agent,
            ["scope"] = scope,
        });
        using var response = await http.PostAsync(new Uri(mesh.Issuer, "token"), form, Cancellation);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("access_token").GetString()!;
    }
}
