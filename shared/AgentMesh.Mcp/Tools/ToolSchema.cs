using System.Text.Json;
using System.Text.Json.Serialization;
using AgentMesh.A2A.Mesh;
using Microsoft.Extensions.AI;

namespace AgentMesh.Mcp;

/// <summary>JSON Schemas of what skills take and give.</summary>
internal static class ToolSchema
{
    // Numbers are also read from strings, which nobody needs to be told.
    private static readonly JsonSerializerOptions Options = new(SkillJson.Options) { NumberHandling = JsonNumberHandling.Strict };

    public static JsonElement Of(Type type) => AIJsonUtilities.CreateJsonSchema(type, serializerOptions: Options);
}
