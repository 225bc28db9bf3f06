using System.Globalization;
using System.Text.Json;

namespace AgentMesh.A2A;

/// <summary>Progress in a status message: a data part <c>{ "progress": 0.6 }</c>.</summary>
public static class TaskProgress
{
    /// <summary>The progress, from 0 to 1, that a status reports; <see langword="null"/> where it reports none.</summary>
    public static double? Of(TaskStatus status)
    {
        foreach (var part in status.Message?.Parts ?? [])
            if (part.Data is { ValueKind: JsonValueKind.Object } data
                && data.TryGetProperty("progress", out var progress)
                && progress.ValueKind == JsonValueKind.Number
                && progress.TryGetDouble(out var value)
                && value is >= 0 and <= 1)
                return value;
        return null;
    }

    internal static JsonElement ToJson(double progress) =>
        JsonElement.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"progress":{{progress:R}}}"""));
}
