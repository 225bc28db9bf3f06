using System.Net;
using System.Text.Json.Nodes;

namespace AgentMesh.Attacks.Tests.Mesh;

/// <summary>What came back over the wire.</summary>
internal sealed record Answer(HttpStatusCode Code, string Text, string? Challenge)
{
    private readonly Lazy<JsonObject> _body = new(() => Text.StartsWith('{') ? JsonNode.Parse(Text)!.AsObject() : []);

    public int Status => (int)Code;

    public JsonObject Body => _body.Value;

    public string? this[string member] => (string?)Body[member];

    /// <summary>An OAuth error's code (RFC 6749 §5.2).</summary>
    public string? Error => this["error"];

    /// <summary>A callee's reason (RFC 9457 problem).</summary>
    public string? Reason => this["reason"];

    /// <summary>The token that was issued.</summary>
    public string Token
    {
        get
        {
            Assert.True(Body.ContainsKey("access_token"), $"{Status}: {Text}");
            return (string)Body["access_token"]!;
        }
    }

    public static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            return new(response.StatusCode, text, response.Headers.WwwAuthenticate.FirstOrDefault()?.ToString());
        }
    }
}
