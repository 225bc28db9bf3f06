using System.Text.Json;

namespace AgentMesh.A2A.Mesh;

/// <summary>How a message says which skill it is for: the protocol has no field for it.</summary>
public static class SkillName
{
    /// <summary>The extension of the protocol that says so, as cards announce it.</summary>
    public const string Extension = "urn:agentmesh:a2a:skill";

    /// <summary>The member of a message's metadata that holds the skill's id.</summary>
    public const string Key = "skill";

    /// <summary>Metadata that names a skill.</summary>
    /// <param name="skill">The skill's id.</param>
    public static IReadOnlyDictionary<string, JsonElement> Metadata(string skill) =>
        new Dictionary<string, JsonElement> { [Key] = JsonSerializer.SerializeToElement(skill) };

    /// <summary>The skill that a message names; <see langword="null"/> when it names none.</summary>
    /// <exception cref="A2AException">What stands there is no name.</exception>
    internal static string? Of(Message? message)
    {
        if (message?.Metadata?.TryGetValue(Key, out var value) != true)
            return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw A2AException.Invalid($"message.metadata.{Key}", "Must be a skill's id.");
    }
}
