using System.Net.Http.Json;
using System.Text.Json;
using AgentMesh.Spiffe;

namespace AgentMesh.Agents.Tests.Running;

internal static class OperatorTokens
{
    /// <summary>A token with which this process, the operator, calls an agent.</summary>
    public static async Task<string> TokenAsync(this RunningMesh mesh, string agent, string scope)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var http = new HttpClient(SpiffeTls.CreateHandler(mesh.Identity, mesh.Identity, Authorize.Id(SpiffeId.Parse("spiffe://agentmesh.local/service/auth-server"))));
        var own = await mesh.Identity.FetchJwtSvidAsync(mesh.Issuer.AbsoluteUri, cancellation);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
            ["subject_token"] = own.Token,
            ["subject_token_type"] = "urn:ietf:params:oauth:token-type:jwt",
            ["audience"] = agent,
            ["scope"] = scope,
        });
        using var response = await http.PostAsync(new Uri(mesh.Issuer, "token"), form, cancellation);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(cancellation)).GetProperty("access_token").GetString()!;
    }
}
