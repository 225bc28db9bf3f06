using System.Text.Json;
using AgentMesh.A2A;
using AgentMesh.A2A.Mesh;
using AgentMesh.Auth;
using AgentMesh.Manifest;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.Cli.Demo;

/// <summary>A question to the entry agent's first skill: its card is fetched and verified, and what happens is heard as it does, also over a stream that breaks.</summary>
internal sealed class EntryQuestion
{
    private readonly A2AClient _client;
    private readonly string _agent;
    private readonly string _skill;

    /// <summary>To an agent that is known already.</summary>
    internal EntryQuestion(A2AClient client, string agent, string skill) => (_client, _agent, _skill) = (client, agent, skill);

    /// <exception cref="SkillException">The agent's card is not believed, or asks for what this operator cannot give.</exception>
    public static async Task<EntryQuestion> PrepareAsync(IServiceProvider services, Edge edge, Uri address, CancellationToken cancellationToken)
    {
        var agent = await services.GetRequiredService<AgentDirectory>().FetchAsync(edge.Callee, address, cancellationToken);
        var skill = agent.Card.Skills.Count > 0
            ? agent.Card.Skills[0].Id
            : throw new SkillException("no_skill", $"{edge.Callee.Name} has no skill.");
        // What the operator may ask for is granted for the whole question: the agent's tools are held to it.
        var client = services.GetRequiredService<AgentConnections>().For(agent, skill, also: ScopeSet.Of(edge.ScopesWithoutApproval));
        return new(client, edge.Callee.Name, skill);
    }

    /// <summary>The result's data.</summary>
    /// <exception cref="SkillException">The task ended without a result.</exception>
    public async Task<JsonElement> AskAsync(object request, string contextId, Action<string> heard, CancellationToken cancellationToken)
    {
        var message = new Message
        {
            MessageId = Guid.NewGuid().ToString(),
            Role = Role.User,
            ContextId = contextId,
            Parts = [Part.FromData(JsonSerializer.SerializeToElement(request, SkillJson.Options))],
            Metadata = SkillName.Metadata(_skill),
        };
        var task = await new TaskFollower(_client, heard: status => Hear(status, heard)).RunAsync(message, cancellationToken);
        if (task.Status.State != TaskState.Completed)
            throw new SkillException(ReasonOf(task.Status) ?? task.Status.State.ToString(), task.Status.Message?.Text is { Length: > 0 } text ? text : "no reason is given");
        return (task.Artifacts is [.., var last] ? last.Parts.FirstOrDefault(part => part.Data is not null)?.Data : null)
            ?? throw new SkillException("bad_answer", $"{_agent}'s task ended without a result.");
    }

    private static ValueTask Hear(A2A.TaskStatus status, Action<string> heard)
    {
        if (status.State is TaskState.Submitted or TaskState.Working or TaskState.AuthRequired && status.Message?.Text is { } text && !string.IsNullOrWhiteSpace(text))
            heard(text);
        return ValueTask.CompletedTask;
    }

    private static string? ReasonOf(A2A.TaskStatus status) => (status.Message?.Parts ?? [])
        .Select(part => part.Data is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty("reason", out var reason) ? reason.ToString() : null)
        .FirstOrDefault(reason => reason is not null);
}
