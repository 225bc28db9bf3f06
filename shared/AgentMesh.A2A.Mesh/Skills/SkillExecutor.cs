using System.Text.Json;
using AgentMesh.Auth;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AgentMesh.A2A.Mesh;

/// <summary>
/// Runs the skill that a message is for, on behalf of whoever sent it. The request is over long before the task may be, so what it was granted is
/// carried on for as long as the skill works, and no longer.
/// </summary>
internal sealed partial class SkillExecutor(SkillCatalog catalog, IServiceScopeFactory scopes, IOptions<SkillOptions> options, ILogger<SkillExecutor> logger) : IAgentExecutor
{
    public async Task ExecuteAsync(AgentTaskContext context, CancellationToken cancellationToken)
    {
        var served = (DelegationContext)context.State!;
        var skill = catalog.Of(context.Message, context.Snapshot());
        using var serving = served.Continue();
        SkillTask.Enter(context);
        var scope = scopes.CreateAsyncScope();
        await using var _ = scope.ConfigureAwait(false);
        try
        {
            var handler = (ISkillHandler)scope.ServiceProvider.GetRequiredService(skill.Handler);
            await handler.ExecuteAsync(context, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            if ((exception as SkillException ?? options.Value.Explain(exception)) is not { } known)
                throw;
            LogEnded(exception, skill.Id, context.TaskId, known.Reason);
            await context.SetStatusAsync(known.IsCallersFault ? TaskState.Rejected : TaskState.Failed, Message.FromAgent(
                Part.FromText(known.Message), Part.FromData(JsonSerializer.SerializeToElement(new Dictionary<string, string> { [SkillException.Key] = known.Reason })))).ConfigureAwait(false);
        }
    }

    [LoggerMessage(7101, LogLevel.Information, "The skill {Skill} ended task {TaskId} without a result: {Reason}.")]
    private partial void LogEnded(Exception exception, string skill, string taskId, string reason);
}
