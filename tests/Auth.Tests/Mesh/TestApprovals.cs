using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace AgentMesh.Auth.Tests;

/// <summary>OpenID CIBA as the real server has it, without its policy: asks are recorded, polls are answered with what the test says next.</summary>
internal sealed class TestApprovals(TestMesh mesh, TestAuthorizationServer server)
{
    public const string RequestId = "0123456789abcdef-the-secret-of-the-client";

    public ConcurrentQueue<Dictionary<string, string>> Asks { get; } = new();

    /// <summary>When each poll came, on the test's clock.</summary>
    public ConcurrentQueue<DateTimeOffset> Polls { get; } = new();

    /// <summary>How polls are answered, in turn, the last one again and again: an error code, a status, or "approved".</summary>
    public ConcurrentQueue<string> Answers { get; } = new(["authorization_pending"]);

    /// <summary>Changes the answer to a request for approval.</summary>
    public Action<JsonObject>? ShapeAsked { get; set; }

    /// <summary>Changes the token before it is signed.</summary>
    public Action<TestToken>? ShapeToken { get; set; }

    /// <summary>Changes the answer that carries the token.</summary>
    public Action<JsonObject>? ShapeGranted { get; set; }

    /// <summary>Answers the next polls with these.</summary>
    public void Answer(params string[] answers)
    {
        Answers.Clear();
        foreach (var answer in answers)
            Answers.Enqueue(answer);
    }

    public async Task<IResult> Ask(HttpContext context)
    {
        var form = (await context.Request.ReadFormAsync()).ToDictionary(f => f.Key, f => f.Value.ToString());
        Asks.Enqueue(form);
        var answer = new JsonObject { ["auth_req_id"] = RequestId, ["expires_in"] = 120, ["interval"] = 5 };
        ShapeAsked?.Invoke(answer);
        return TypedResults.Json(answer, statusCode: answer.ContainsKey("error") ? 400 : 200);
    }

    public IResult Poll(Dictionary<string, string> form, TestClientProof peer)
    {
        Polls.Enqueue(mesh.Clock.GetUtcNow());
        Answers.TryPeek(out var answer);
        if (Answers.Count > 1)
            Answers.TryDequeue(out _);
        if (int.TryParse(answer, out var status))
            return TypedResults.Text("busy", statusCode: status);
        if (form["auth_req_id"] != RequestId || answer != "approved")
            return TypedResults.Json(new JsonObject { ["error"] = form["auth_req_id"] == RequestId ? answer : "invalid_grant", ["error_description"] = $"The test says {answer}." }, statusCode: 400);

        var asked = Asks.Last();
        var token = TestToken.For(server.Address.OriginalString, TestManifest.IdOf("local"), peer.Id, asked["audience"], asked["scope"], peer.Binding, mesh.Clock.GetUtcNow(), peer.Id);
        peer.Bind(token);
        token.Claims["authorization_details"] = JsonNode.Parse(asked["authorization_details"]);
        ShapeToken?.Invoke(token);
        var granted = new JsonObject
        {
            ["access_token"] = token.Sign(server.Keys[^1]),
            ["token_type"] = peer.TokenType,
            ["expires_in"] = 300,
            ["scope"] = asked["scope"],
            ["authorization_details"] = JsonNode.Parse(asked["authorization_details"]),
        };
        ShapeGranted?.Invoke(granted);
        return TypedResults.Json(granted);
    }
}
