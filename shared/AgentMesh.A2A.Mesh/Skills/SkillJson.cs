using System.Text.Json;

namespace AgentMesh.A2A.Mesh;

/// <summary>How requests and results are written in data parts: camelCase, numbers as numbers.</summary>
public static class SkillJson
{
    /// <summary>The options.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { AllowDuplicateProperties = false };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
