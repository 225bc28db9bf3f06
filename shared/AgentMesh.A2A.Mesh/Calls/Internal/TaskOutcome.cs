using System.Text.Json;

namespace AgentMesh.A2A.Mesh;

/// <summary>Why a callee's task or request has no result, in words that may be passed on.</summary>
internal static class TaskOutcome
{
    public static SkillException Failure(string agent, TaskStatus status)
    {
        var text = Words(status);
        return status.State switch
        {
            TaskState.Rejected => new(ReasonOf(status) ?? "bad_request", text ?? $"{agent} will not do that.", isCallersFault: true),
            TaskState.Failed => new(ReasonOf(status) ?? "failed", text is null ? $"{agent} failed." : $"{agent}: {text}"),
            TaskState.Canceled => new("canceled", $"{agent}'s task was canceled."),
            TaskState.InputRequired => new("input_required", text is null ? $"{agent} asks back." : $"{agent} asks: {text}"),
            _ => new("bad_answer", $"{agent}'s task ended in no state that a task ends in."),
        };
    }

    public static SkillException Failure(string agent, A2AException error) => error.Code switch
    {
        A2AErrorCode.Forbidden => new(error.Metadata.GetValueOrDefault("reason") ?? "forbidden", $"{agent} refused: {AuthorizationNotice.Line(error.Message)}", inner: error),
        A2AErrorCode.Unauthenticated => new("not_authenticated", $"{agent} refused the credential of this call.", inner: error),
        A2AErrorCode.InvalidParams => new("bad_request", AuthorizationNotice.Line(error.Message), isCallersFault: true, error),
        A2AErrorCode.Overloaded => new("overloaded", $"{agent} has too much to do.", inner: error),
        _ => new("failed", $"{agent} answered with the error {error.Code}.", inner: error),
    };

    private static string? Words(TaskStatus status) => status.Message?.Text is { Length: > 0 } text ? AuthorizationNotice.Line(text) : null;

    private static string? ReasonOf(TaskStatus status)
    {
        foreach (var part in status.Message?.Parts ?? [])
        {
            if (part.Data is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty(SkillException.Key, out var reason)
                && reason.ValueKind == JsonValueKind.String && reason.GetString() is { Length: > 0 and <= 64 } text && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
                return text;
        }
        return null;
    }
}
