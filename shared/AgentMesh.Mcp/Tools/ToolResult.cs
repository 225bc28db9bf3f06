using System.Text.Json;
using AgentMesh.A2A.Mesh;
using ModelContextProtocol.Protocol;

namespace AgentMesh.Mcp;

/// <summary>What clients are given.</summary>
internal static class ToolResult
{
    /// <summary>The result as JSON, and the same as text for clients that know no other; words for a person come first.</summary>
    public static CallToolResult Of(JsonElement result, string? words = null)
    {
        var text = new TextContentBlock { Text = result.ValueKind == JsonValueKind.String ? result.GetString()! : result.GetRawText() };
        return new()
        {
            Content = words is null ? [text] : [new TextContentBlock { Text = words }, text],
            StructuredContent = result.ValueKind == JsonValueKind.Object ? result : null,
        };
    }

    /// <summary>Why there is no result, as a model is told it by a kernel.</summary>
    public static CallToolResult Failure(string error, string detail) => new()
    {
        IsError = true,
        Content = [new TextContentBlock { Text = JsonSerializer.Serialize(new Dictionary<string, string> { ["error"] = error, ["detail"] = detail }, SkillJson.Options) }],
    };
}
