using System.Globalization;
using AgentMesh.A2A;
using AgentMesh.A2A.Mesh;
using TaskStatus = AgentMesh.A2A.TaskStatus;

namespace AgentMesh.Mcp;

/// <summary>Follows a task of this process's own server to its end, for a client that waits for one answer.</summary>
internal static class FollowedTask
{
    /// <summary>Returns the task as it ended. When it is not waited for any longer, or asks for what no client here can give, it is canceled.</summary>
    /// <param name="caller">Whose task it is.</param>
    /// <param name="message">What it begins with.</param>
    /// <param name="progress">Takes what the task reports; null for nobody.</param>
    /// <param name="cancellationToken">Fires when the client hangs up.</param>
    public static async Task<AgentTask> RunAsync(InProcessCall caller, Message message, Func<string, ValueTask>? progress, CancellationToken cancellationToken)
    {
        AgentTask? task = null;
        try
        {
            var artifacts = new ArtifactPieces();
            await foreach (var each in caller.SendAsync(new() { Message = message }, cancellationToken).ConfigureAwait(false))
            {
                task = each.Task ?? task;
                if (each.ArtifactUpdate is { } update)
                    artifacts.Apply(update);
                if (each.StatusUpdate?.Status is not { } status)
                    continue;
                task = task! with { Status = status };
                if (progress is not null && Words(status) is { } words)
                    await progress(words).ConfigureAwait(false);
            }
            return task! with { Artifacts = artifacts.ToList() };
        }
        finally
        {
            if (task is not null && !task.Status.State.IsTerminal())
                await CancelAsync(caller, task.Id).ConfigureAwait(false);
        }
    }

    /// <summary>What a person who waits should see; null when the status has no words.</summary>
    private static string? Words(TaskStatus status)
    {
        var text = status.State switch
        {
            TaskState.Working => status.Message?.Text,
            TaskState.AuthRequired => AuthorizationNotice.Of(status)?.ToString() ?? status.Message?.Text,
            _ => null,
        };
        var share = TaskProgress.Of(status)?.ToString("P0", CultureInfo.InvariantCulture);
        return string.IsNullOrEmpty(text) ? share : share is null ? text : $"{share}: {text}";
    }

    private static async Task CancelAsync(InProcessCall caller, string taskId)
    {
        try
        {
            await caller.CancelAsync(taskId).ConfigureAwait(false);
        }
        catch (A2AException)
        {
            // It has ended meanwhile.
        }
    }
}
