using System.Text.Json;

namespace AgentMesh.SemanticKernel.Rules;

/// <summary>Looks members up by name anywhere in the question's JSON; the outermost one wins.</summary>
internal static class ContextJson
{
    public static JsonElement? Find(IEnumerable<JsonElement> roots, string name, JsonValueKind kind)
    {
        foreach (var (memberName, value) in Members(roots))
        {
            if (value.ValueKind == kind && memberName.Equals(name, StringComparison.OrdinalIgnoreCase))
                return value;
        }
        return null;
    }

    public static IEnumerable<string> Strings(IEnumerable<JsonElement> roots, string name) =>
        from member in Members(roots)
        where member.Value.ValueKind == JsonValueKind.String && member.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
        select member.Value.GetString()!;

    /// <summary>A text that stands at the top.</summary>
    public static JsonElement? Text(IEnumerable<JsonElement> roots, string name)
    {
        foreach (var root in roots.Where(r => r.ValueKind == JsonValueKind.Object))
        {
            foreach (var member in root.EnumerateObject())
            {
                if (member.Value.ValueKind == JsonValueKind.String && member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                    return member.Value;
            }
        }
        return null;
    }

    private static IEnumerable<(string Name, JsonElement Value)> Members(IEnumerable<JsonElement> roots)
    {
        var waiting = new Queue<JsonElement>(roots);
        while (waiting.TryDequeue(out var element))
        {
            if (element.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in element.EnumerateArray())
                    waiting.Enqueue(item);
            }
            else if (element.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in element.EnumerateObject())
                {
                    yield return (member.Name, member.Value);
                    waiting.Enqueue(member.Value);
                }
            }
        }
    }
}
