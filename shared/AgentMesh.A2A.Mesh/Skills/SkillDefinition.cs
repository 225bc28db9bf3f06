using System.Reflection;

namespace AgentMesh.A2A.Mesh;

/// <summary>A skill as the host knows it.</summary>
internal sealed record SkillDefinition(
    string Id, string Name, string Description, IReadOnlyList<string> Tags, IReadOnlyList<string> Examples, IReadOnlyList<string> Scopes, Type Handler)
{
    /// <exception cref="InvalidOperationException">The handler has no <see cref="SkillAttribute"/>.</exception>
    public static SkillDefinition Of(Type handler)
    {
        var skill = handler.GetCustomAttribute<SkillAttribute>()
            ?? throw new InvalidOperationException($"{handler} has no [Skill] attribute: say which skill it is and which scope it takes.");
        return new(skill.Id, skill.Name ?? skill.Id, skill.Description, skill.Tags.Length > 0 ? skill.Tags : [skill.Id], skill.Examples, skill.Scopes, handler);
    }
}
