namespace AgentMesh.A2A;

/// <summary>How each error looks in each binding (A2A §5.4).</summary>
internal static class A2AErrorCodes
{
    private sealed record Row(A2AErrorCode Code, int Http, string Grpc, string Reason, string Message);

    private static readonly Row[] Rows =
    [
        new(A2AErrorCode.ParseError, 400, "INVALID_ARGUMENT", "PARSE_ERROR", "Invalid JSON payload"),
        new(A2AErrorCode.InvalidRequest, 400, "INVALID_ARGUMENT", "INVALID_REQUEST", "Request payload validation error"),
        new(A2AErrorCode.MethodNotFound, 404, "NOT_FOUND", "METHOD_NOT_FOUND", "Method not found"),
        new(A2AErrorCode.InvalidParams, 400, "INVALID_ARGUMENT", "INVALID_PARAMS", "Invalid parameters"),
        new(A2AErrorCode.InternalError, 500, "INTERNAL", "INTERNAL_ERROR", "Internal error"),
        new(A2AErrorCode.TaskNotFound, 404, "NOT_FOUND", "TASK_NOT_FOUND", "Task not found"),
        new(A2AErrorCode.TaskNotCancelable, 400, "FAILED_PRECONDITION", "TASK_NOT_CANCELABLE", "Task cannot be canceled"),
        new(A2AErrorCode.PushNotificationNotSupported, 400, "FAILED_PRECONDITION", "PUSH_NOTIFICATION_NOT_SUPPORTED", "Push notifications are not supported"),
        new(A2AErrorCode.UnsupportedOperation, 400, "FAILED_PRECONDITION", "UNSUPPORTED_OPERATION", "This operation is not supported"),
        new(A2AErrorCode.ContentTypeNotSupported, 400, "INVALID_ARGUMENT", "CONTENT_TYPE_NOT_SUPPORTED", "Content type is not supported"),
        new(A2AErrorCode.InvalidAgentResponse, 500, "INTERNAL", "INVALID_AGENT_RESPONSE", "Invalid agent response"),
        new(A2AErrorCode.ExtendedAgentCardNotConfigured, 400, "FAILED_PRECONDITION", "EXTENDED_AGENT_CARD_NOT_CONFIGURED", "Extended agent card is not configured"),
        new(A2AErrorCode.ExtensionSupportRequired, 400, "FAILED_PRECONDITION", "EXTENSION_SUPPORT_REQUIRED", "Extension support required"),
        new(A2AErrorCode.VersionNotSupported, 400, "FAILED_PRECONDITION", "VERSION_NOT_SUPPORTED", "Protocol version is not supported"),
        new(A2AErrorCode.Forbidden, 403, "PERMISSION_DENIED", "FORBIDDEN", "The caller may not ask for this"),
        new(A2AErrorCode.Unauthenticated, 401, "UNAUTHENTICATED", "UNAUTHENTICATED", "The caller is not authenticated"),
        new(A2AErrorCode.Overloaded, 503, "UNAVAILABLE", "OVERLOADED", "The agent has too much to do; try again later"),
    ];

    private static readonly Dictionary<A2AErrorCode, Row> ByCode = Rows.ToDictionary(row => row.Code);
    private static readonly Dictionary<string, Row> ByReason = Rows.ToDictionary(row => row.Reason, StringComparer.Ordinal);

    public static int HttpStatus(this A2AErrorCode code) => ByCode[code].Http;

    public static string GrpcStatus(this A2AErrorCode code) => ByCode[code].Grpc;

    public static string Reason(this A2AErrorCode code) => ByCode[code].Reason;

    public static string DefaultMessage(this A2AErrorCode code) => ByCode[code].Message;

    public static bool TryFromReason(string? reason, out A2AErrorCode code)
    {
        code = A2AErrorCode.InternalError;
        if (reason is null || !ByReason.TryGetValue(reason, out var row))
            return false;
        code = row.Code;
        return true;
    }

    public static A2AErrorCode FromNumber(int number) =>
        ByCode.ContainsKey((A2AErrorCode)number) ? (A2AErrorCode)number : A2AErrorCode.InternalError;
}
