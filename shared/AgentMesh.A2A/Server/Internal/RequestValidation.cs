using System.Buffers;
using System.Text;
using System.Text.Json;

namespace AgentMesh.A2A.Internal;

/// <summary>Refuses requests in which something required is missing, naming each field (A2A §5.7).</summary>
internal static class RequestValidation
{
    public const int MaxIdLength = 256;

    public static Message Check(SendMessageRequest request)
    {
        List<FieldViolation> violations = [];
        if (request.Message is not { } message)
            throw A2AException.Invalid("message", "Required.");
        Required(violations, "message.messageId", message.MessageId);
        Id(violations, "message.taskId", message.TaskId);
        Id(violations, "message.contextId", message.ContextId);
        if (message.Role == Role.Unspecified)
            violations.Add(new("message.role", "Required: ROLE_USER or ROLE_AGENT."));
        else if (message.Role is not (Role.User or Role.Agent))
            violations.Add(new("message.role", "Must be ROLE_USER or ROLE_AGENT."));
        if (message.Parts.Count == 0)
            violations.Add(new("message.parts", "At least one part is required."));
        for (var i = 0; i < message.Parts.Count; i++)
            Check(violations, $"message.parts[{i}]", message.Parts[i]);
        Json(violations, "message.metadata", message.Metadata?.Values);
        Json(violations, "metadata", request.Metadata?.Values);
        History(violations, "configuration.historyLength", request.Configuration?.HistoryLength);
        if (request.Configuration?.TaskPushNotificationConfig is { } push)
            Push(violations, "configuration.taskPushNotificationConfig.", push);
        return violations.Count == 0 ? message : throw A2AException.Invalid(violations);
    }

    public static void Check(GetTaskRequest request)
    {
        List<FieldViolation> violations = [];
        Required(violations, "id", request.Id);
        History(violations, "historyLength", request.HistoryLength);
        Throw(violations);
    }

    public static TaskQuery Check(ListTasksRequest request)
    {
        List<FieldViolation> violations = [];
        if (request.PageSize is < 1 or > 100)
            violations.Add(new("pageSize", $"Must be between 1 and 100 inclusive, got {request.PageSize}."));
        Id(violations, "contextId", request.ContextId);
        History(violations, "historyLength", request.HistoryLength);
        if (request.Status is { } status && !Enum.IsDefined(status))
            violations.Add(new("status", "Not a task state."));
        Throw(violations);
        return new()
        {
            ContextId = string.IsNullOrEmpty(request.ContextId) ? null : request.ContextId,
            State = request.Status is null or TaskState.Unspecified ? null : request.Status,
            Since = request.StatusTimestampAfter,
            PageSize = request.PageSize ?? 50,
            Cursor = request.PageToken,
            HistoryLength = request.HistoryLength,
            IncludeArtifacts = request.IncludeArtifacts ?? false,
        };
    }

    public static void CheckId(string field, string id)
    {
        List<FieldViolation> violations = [];
        Required(violations, field, id);
        Throw(violations);
    }

    public static void Check(TaskPushNotificationConfig config)
    {
        List<FieldViolation> violations = [];
        Required(violations, "taskId", config.TaskId);
        Push(violations, "", config);
        Throw(violations);
    }

    private static void Check(List<FieldViolation> violations, string field, Part? part)
    {
        if (part is null)
        {
            violations.Add(new(field, "Must not be null."));
            return;
        }
        Json(violations, field + ".data", part.Data is { } data ? [data] : null);
        Json(violations, field + ".metadata", part.Metadata?.Values);
    }

    /// <summary>What is kept as it came must be writable again, or whoever asks for the task gets an error instead.</summary>
    private static void Json(List<FieldViolation> violations, string field, IEnumerable<JsonElement>? values)
    {
        if (values?.All(JsonStrings.AreText) == false)
            violations.Add(new(field, "Must not have broken characters."));
    }

    private static void Push(List<FieldViolation> violations, string prefix, TaskPushNotificationConfig config)
    {
        Required(violations, prefix + "url", config.Url, 2048);
        Id(violations, prefix + "id", config.Id);
        Header(violations, prefix + "token", config.Token);
        if (config.Authentication is not { } authentication)
            return;
        Required(violations, prefix + "authentication.scheme", authentication.Scheme);
        Header(violations, prefix + "authentication.scheme", authentication.Scheme);
        Header(violations, prefix + "authentication.credentials", authentication.Credentials);
    }

    /// <summary>What becomes part of a header is one line of visible ASCII.</summary>
    private static void Header(List<FieldViolation> violations, string field, string? value)
    {
        if (value is not null && (value.Length > 8192 || value.AsSpan().ContainsAnyExceptInRange(' ', '~')))
            violations.Add(new(field, "Must be visible ASCII characters, at most 8192."));
    }

    private static void Required(List<FieldViolation> violations, string field, string? value, int maxLength = MaxIdLength)
    {
        if (string.IsNullOrEmpty(value))
            violations.Add(new(field, "Required."));
        else
            Id(violations, field, value, maxLength);
    }

    private static void Id(List<FieldViolation> violations, string field, string? value, int maxLength = MaxIdLength)
    {
        if (value?.Length > maxLength)
            violations.Add(new(field, $"At most {maxLength} characters."));
        else if (value is not null && !IsText(value))
            violations.Add(new(field, "Must not have control characters or broken characters."));
    }

    /// <summary>What every store keeps as it is: PostgreSQL has no U+0000, a lone surrogate no UTF-8, and a line break makes two lines of one in a log.</summary>
    public static bool IsText(string value)
    {
        for (var rest = value.AsSpan(); rest.Length > 0;)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var length) != OperationStatus.Done || Rune.IsControl(rune))
                return false;
            rest = rest[length..];
        }
        return true;
    }

    private static void History(List<FieldViolation> violations, string field, int? length)
    {
        if (length < 0)
            violations.Add(new(field, $"Must be a non-negative integer, got {length}."));
    }

    private static void Throw(List<FieldViolation> violations)
    {
        if (violations.Count > 0)
            throw A2AException.Invalid(violations);
    }
}
