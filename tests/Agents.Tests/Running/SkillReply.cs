using System.Text.Json;
using AgentMesh.A2A;
using AgentMesh.A2A.Mesh;

namespace AgentMesh.Agents.Tests.Running;

/// <summary>How a task ended that was made of one message.</summary>
internal sealed record SkillReply(TaskState State, JsonElement? Result, string Text, string? Reason, IReadOnlyList<string> Heard)
{
    /// <summary>The result of a task that was completed.</summary>
    public JsonElement Data
    {
        get
        {
            Assert.True(State == TaskState.Completed && Result is not null, $"{State} {Reason}: {Text}");
            return Result.Value;
        }
    }
}

internal static class Skills
{
    /// <summary>Asks an agent's skill over the client's connections, and follows the task to its end.</summary>
    /// <exception cref="A2AException">The message was refused.</exception>
    public static async Task<SkillReply> AskAsync(this HttpClient http, string skill, object request, string? contextId = null)
    {
        List<string> heard = [];
        JsonElement? result = null;
        A2A.TaskStatus status = new();
        var message = new Message
        {
            MessageId = Guid.NewGuid().ToString(),
            Role = Role.User,
            ContextId = contextId,
            Parts = [request is string text ? Part.FromText(text) : Part.FromData(request as JsonElement? ?? JsonSerializer.SerializeToElement(request, SkillJson.Options))],
            Metadata = SkillName.Metadata(skill),
        };
        await foreach (var each in ClientOf(http).SendStreamingMessageAsync(new() { Message = message }, TestContext.Current.CancellationToken))
        {
            result = each.ArtifactUpdate?.Artifact.Parts.FirstOrDefault(part => part.Data is not null)?.Data ?? result;
            status = each.StatusUpdate?.Status ?? each.Task?.Status ?? status;
            if (each.StatusUpdate is { Status: { State: TaskState.Working or TaskState.AuthRequired, Message.Text: { Length: > 0 } words } })
                heard.Add(words);
        }
        var reason = (status.Message?.Parts ?? []).Select(part => part.Data is { } data && data.TryGetProperty("reason", out var code) ? code.GetString() : null).FirstOrDefault(code => code is not null);
        return new(status.State, result, status.Message?.Text ?? "", reason, heard);
    }

    /// <summary>A client that believes the agent's address.</summary>
    public static A2AClient ClientOf(HttpClient http) => new(http, new AgentCard
    {
        Name = "test",
        SupportedInterfaces = [new() { Url = new Uri(http.BaseAddress!, "a2a").AbsoluteUri, ProtocolBinding = A2AProtocol.JsonRpc, ProtocolVersion = A2AProtocol.Version }],
    });
}
