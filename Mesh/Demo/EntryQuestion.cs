using System.Text.Json;
using AgentMesh.A2A;
using AgentMesh.A2A.Mesh;
using AgentMesh.Auth;
using AgentMesh.Manifest;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.Cli.Demo;

/// <summary>A question to the entry agent's first skill: its card is fetched and verified, and what happens is heard as it does.</summary>
internal sealed class EntryQuestion
{
    private static readonly TimeSpan CancelTimeout = TimeSpan.FromSeconds(3);

    private readonly A2AClient _client;
    private readonly string _agent;
    private readonly string _skill;

    private EntryQuestion(A2AClient client, string agent, string skill) => (_client, _agent, _skill) = (client, agent, skill);

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
        string? taskId = null;
        JsonElement? result = null;
        try
        {
            await foreach (var each in _client.SendStreamingMessageAsync(new() { Message = message }, cancellationToken))
            {
                taskId ??= each.Task?.Id;
                var artifact = each.ArtifactUpdate?.Artifact ?? (each.Task?.Artifacts is [.., var last] ? last : null);
                result = artifact?.Parts.FirstOrDefault(part => part.Data is not null)?.Data ?? result;
                if ((each.StatusUpdate?.Status ?? each.Task?.Status) is { } status && Take(status, heard) && result is { } given)
                    return given;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && taskId is not null)
        {
            await CancelAsync(taskId);
            throw;
        }
        throw new SkillException("bad_answer", $"{_agent}'s stream ended without a result.");
    }

    /// <summary>Whether the task is done.</summary>
    private static bool Take(A2A.TaskStatus status, Action<string> heard)
    {
        var text = status.Message?.Text;
        switch (status.State)
        {
            case TaskState.Completed:
                return true;
            case TaskState.Submitted or TaskState.Working or TaskState.AuthRequired:
                if (!string.IsNullOrWhiteSpace(text))
                    heard(text);
                return false;
            default:
                throw new SkillException(ReasonOf(status) ?? status.State.ToString(), text is { Length: > 0 } ? text : "no reason is given");
        }
    }

    private static string? ReasonOf(A2A.TaskStatus status) => (status.Message?.Parts ?? [])
        .Select(part => part.Data is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty("reason", out var reason) ? reason.ToString() : null)
        .FirstOrDefault(reason => reason is not null);

    private async Task CancelAsync(string taskId)
    {
        using var timeout = new CancellationTokenSource(CancelTimeout);
        try
        {
            await _client.CancelTaskAsync(taskId, timeout.Token);
        }
        catch (Exception e) when (e is A2AException or HttpRequestException or OperationCanceledException)
        {
            // It has ended meanwhile, or ends with the mesh.
        }
    }
}
