namespace AgentMesh.A2A.Mesh;

/// <summary>
/// Does one skill's work: the class that an agent's author writes. It runs on behalf of the caller, whose scopes have been checked, in a
/// service scope of its own. Mostly <see cref="SkillHandler{TRequest, TResult}"/> is the easier base.
/// </summary>
public interface ISkillHandler
{
    /// <summary>
    /// Works on a message of a task, as <see cref="IAgentExecutor.ExecuteAsync"/> does. <see cref="SkillException"/> ends the task with words
    /// for the caller; any other exception fails it and is only logged.
    /// </summary>
    /// <param name="task">The task, the message, and what to report to.</param>
    /// <param name="cancellationToken">Fires when the task is canceled or the agent stops.</param>
    Task ExecuteAsync(AgentTaskContext task, CancellationToken cancellationToken);
}
