using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace AgentMesh.Mcp.Tests.Fixtures;

/// <summary>What came back of one request, made by hand.</summary>
internal sealed record McpAnswer(HttpStatusCode Status, string Challenge, bool NamesSession, string Body)
{
    /// <summary>The messages of the stream, in order.</summary>
    public JsonElement[] Messages =>
        [.. Body.Split('\n').Where(line => line.StartsWith("data:", StringComparison.Ordinal)).Select(line => JsonElement.Parse(line["data:".Length..]))];
}

internal static class McpRequests
{
    /// <summary>One request of the protocol's version 2025-11-25, which has no handshake where there are no sessions.</summary>
    public static async Task<McpAnswer> PostMcpAsync(this HttpClient http, Uri endpoint, string method, object parameters)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = JsonContent.Create(new { jsonrpc = "2.0", id = 1, method, @params = parameters }) };
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Headers.Add("MCP-Protocol-Version", "2025-11-25");
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return new(response.StatusCode, response.Headers.WwwAuthenticate.ToString(), response.Headers.Contains("Mcp-Session-Id"),
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
