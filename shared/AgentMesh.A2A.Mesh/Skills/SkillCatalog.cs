namespace AgentMesh.A2A.Mesh;

/// <summary>The agent's skills, and which one a message is for.</summary>
internal sealed class SkillCatalog(IReadOnlyList<SkillDefinition> skills)
{
    public IReadOnlyList<SkillDefinition> Skills => skills;

    /// <summary>The skill of a message: a task stays with the skill that it began with.</summary>
    /// <exception cref="A2AException">The message names no skill of this agent, or another than its task's.</exception>
    public SkillDefinition Of(Message? message, AgentTask? task)
    {
        var named = SkillName.Of(message);
        var begun = task?.History is [var first, ..] ? SkillName.Of(first) : null;
        if (named is not null && begun is not null && named != begun)
            throw A2AException.Invalid($"message.metadata.{SkillName.Key}", $"The task is about {begun}.");
        var id = begun ?? named;
        if (id is null)
            return skills is [var only] ? only : throw A2AException.Invalid($"message.metadata.{SkillName.Key}", $"Name the skill: {Names()}.");
        return skills.FirstOrDefault(skill => skill.Id == id)
            ?? throw A2AException.Invalid($"message.metadata.{SkillName.Key}", $"No skill of this agent. It has: {Names()}.");
    }

    private string Names() => string.Join(", ", skills.Where(skill => skill.Scopes.Count > 0).Select(skill => skill.Id));
}
