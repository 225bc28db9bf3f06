using System.Text.Json.Nodes;

namespace AgentMesh.AuthServer.Tests.Fixtures;

/// <summary>Listens to the stream of security events (RFC 8936).</summary>
internal static class EventPolls
{
    public const string SessionRevoked = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";

    public static async Task<Answer> PollAsync(TestClient client, string stream = "s", bool immediately = false, params string[] ack)
    {
        var body = new JsonObject { ["returnImmediately"] = immediately, ["ack"] = new JsonArray([.. ack.Select(id => (JsonNode)id)]) };
        using var content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        return await client.PostAsync($"events/{stream}", content);
    }

    public static Dictionary<string, string> Sets(Answer answer)
    {
        Assert.Equal(200, answer.Status);
        return answer.Body["sets"]!.AsObject().ToDictionary(set => set.Key, set => (string)set.Value!);
    }
}
