using System.Text.Json;

namespace AgentMesh.A2A.Tests.Sdk;

/// <summary>What interop/client.mjs prints when every operation does what it must.</summary>
internal static class SdkResult
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void AssertComplete(string output, string binding)
    {
        var expected = $$"""
            {
              "protocol": "{{binding}}", "card": "scripted",
              "send": { "state": "TASK_STATE_COMPLETED", "artifact": "echo me", "history": 1 },
              "message": "hello yourself",
              "stream": { "first": "task", "progress": [0.25, 0.5, 0.75, 1], "last": "TASK_STATE_COMPLETED" },
              "chunks": true,
              "get": { "state": "TASK_STATE_COMPLETED", "history": 0 },
              "list": { "count": 3, "distinct": 3, "total": 3, "hasFirst": true },
              "listFiltered": [true],
              "subscribe": { "asked": "TASK_STATE_INPUT_REQUIRED", "first": "task", "answered": "TASK_STATE_COMPLETED", "last": "TASK_STATE_COMPLETED" },
              "cancel": "TASK_STATE_CANCELED",
              "push": { "created": "mine", "got": "https://hooks.example/a2a", "listed": 1, "left": 0 },
              "extendedCard": "Extended.",
              "errors": {
                "getUnknown": "TaskNotFoundError", "cancelUnknown": "TaskNotFoundError", "cancelEnded": "TaskNotCancelableError",
                "sendToEnded": "UnsupportedOperationError", "sendToUnknown": "TaskNotFoundError", "streamToEnded": "UnsupportedOperationError",
                "subscribeEnded": "UnsupportedOperationError", "contextMismatch": "RequestMalformedError", "mediaType": "ContentTypeNotSupportedError",
                "noParts": "RequestMalformedError", "pageSize": "RequestMalformedError", "deletedConfig": "TaskNotFoundError", "webhookInside": "RequestMalformedError"
              }
            }
            """;
        Assert.Equal(Indent(expected), Indent(output));
    }

    private static string Indent(string json) => JsonSerializer.Serialize(JsonElement.Parse(json), Indented);
}
