using System.Text.Json;
using AgentMesh.A2A;
using AgentMesh.A2A.Mesh;
using AgentMesh.Auth;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Protocol;

namespace AgentMesh.Mcp;

/// <summary>
/// A skill as a tool. A call is a message to the agent's own A2A server: the same authorization, audit, owner and store, and the task can be seen over
/// A2A as well. Its caller waits for the end; whoever hangs up cancels it.
/// </summary>
internal sealed class SkillTool(SkillDefinition skill, Type request, Type result) : MeshTool(skill.Id, $"skill {skill.Id}", skill.Scopes)
{
    private Tool? _described;

    /// <summary>The skill as a tool; null for one whose handler says nothing about what it takes.</summary>
    public static SkillTool? Of(SkillDefinition skill)
    {
        for (var type = skill.Handler; type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(SkillHandler<,>))
                return new(skill, type.GenericTypeArguments[0], type.GenericTypeArguments[1]);
        }
        return null;
    }

    public override Tool Describe(IServiceProvider services) => _described ??= new()
    {
        Name = Name,
        Title = skill.Name,
        Description = skill.Description,
        InputSchema = ToolSchema.Of(request),
        OutputSchema = ToolSchema.Of(result),
    };

    public override async ValueTask<CallToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var agent = call.Request.RequestServices.GetRequiredService<MeshIdentity>().Party.Name;
        try
        {
            var caller = call.Request.RequestServices.GetRequiredService<A2AServer>().CallFor(call.Request);
            var ended = await FollowedTask.RunAsync(caller, Message(call.Arguments), call.Progress, cancellationToken).ConfigureAwait(false);
            if (ended.Status.State != TaskState.Completed)
                return Failure(TaskOutcome.Failure(agent, ended.Status));
            var parts = (ended.Artifacts ?? []).SelectMany(artifact => artifact.Parts).ToList();
            return parts.FirstOrDefault(part => part.Data is not null)?.Data is { } data
                ? ToolResult.Of(data, parts.FirstOrDefault(part => part.Text is not null)?.Text)
                : ToolResult.Failure("failed", $"{agent} failed.");
        }
        catch (A2AException refused)
        {
            return Failure(TaskOutcome.Failure(agent, refused));
        }
    }

    private Message Message(IReadOnlyDictionary<string, JsonElement> arguments) => new()
    {
        MessageId = Guid.NewGuid().ToString(),
        Role = A2A.Role.User,
        Parts = [Part.FromData(JsonSerializer.SerializeToElement(arguments, SkillJson.Options))],
        Metadata = SkillName.Metadata(Name),
    };

    private static CallToolResult Failure(SkillException failure) => ToolResult.Failure(failure.Reason, failure.Message);
}
