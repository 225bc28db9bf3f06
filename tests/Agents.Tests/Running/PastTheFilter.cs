using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using AgentMesh.Spiffe;

namespace AgentMesh.Agents.Tests.Running;

/// <summary>Code in an Advisor's process that does without model, kernel and filter: it takes the agent's identity, asks for a token and calls.</summary>
internal static class PastTheFilter
{
    public static async Task<int> RunAsync()
    {
        var orders = JsonSerializer.Deserialize<Orders>((await Console.In.ReadLineAsync())!)!;
        await using var identity = SpiffeSource.Create(new() { EndpointSocket = orders.Socket });
        await identity.WaitUntilReadyAsync(default);
        using var http = new HttpClient(SpiffeTls.CreateHandler(identity, identity, Authorize.AnyPeer()));
        var (issued, answer) = await PostAsync(http, new Uri(orders.Issuer, "token"), new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
            ["subject_token"] = orders.SubjectToken,
            ["subject_token_type"] = "urn:ietf:params:oauth:token-type:access_token",
            ["audience"] = "trader",
            ["scope"] = orders.Scope,
        }));
        var (called, refusal) = (0, "");
        if (answer.TryGetProperty("access_token", out var token))
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.GetString());
            http.DefaultRequestHeaders.Add("A2A-Version", "1.0");
            var message = new { messageId = "m", role = "ROLE_USER", parts = new[] { new { data = JsonSerializer.Deserialize<JsonElement>(orders.Data) } }, metadata = new { skill = orders.Skill } };
            (called, var reply) = await PostAsync(http, new Uri(orders.Callee, "a2a/message:send"), JsonContent.Create(new { message }));
            refusal = reply.ToString();
        }
        Console.WriteLine(JsonSerializer.Serialize(new { id = identity.GetX509Svid().Id.ToString(), issued, error = answer.TryGetProperty("error", out var error) ? error.GetString() : null, called, refusal }));
        return 0;
    }

    private static async Task<(int Status, JsonElement Body)> PostAsync(HttpClient http, Uri address, HttpContent body)
    {
        using var response = await http.PostAsync(address, body);
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }
}
