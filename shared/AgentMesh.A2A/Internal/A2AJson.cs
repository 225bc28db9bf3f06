using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentMesh.A2A.Internal;

/// <summary>ProtoJSON for every type of the protocol: camelCase, enums by full name, unknown fields ignored, absent means default.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    MaxDepth = 64,
    Converters = [typeof(TimestampConverter), typeof(JsonStringEnumConverter<TaskState>), typeof(JsonStringEnumConverter<Role>)])]
[JsonSerializable(typeof(AgentTask))]
[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(Artifact))]
[JsonSerializable(typeof(IReadOnlyList<Part>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, JsonElement>))]
[JsonSerializable(typeof(StreamResponse))]
[JsonSerializable(typeof(SendMessageRequest))]
[JsonSerializable(typeof(SendMessageResponse))]
[JsonSerializable(typeof(GetTaskRequest))]
[JsonSerializable(typeof(ListTasksRequest))]
[JsonSerializable(typeof(ListTasksResponse))]
[JsonSerializable(typeof(CancelTaskRequest))]
[JsonSerializable(typeof(SubscribeToTaskRequest))]
[JsonSerializable(typeof(TaskPushNotificationConfig))]
[JsonSerializable(typeof(GetTaskPushNotificationConfigRequest))]
[JsonSerializable(typeof(ListTaskPushNotificationConfigsRequest))]
[JsonSerializable(typeof(ListTaskPushNotificationConfigsResponse))]
[JsonSerializable(typeof(DeleteTaskPushNotificationConfigRequest))]
[JsonSerializable(typeof(GetExtendedAgentCardRequest))]
[JsonSerializable(typeof(AgentCard))]
[JsonSerializable(typeof(TaskState))]
internal sealed partial class A2AJson : JsonSerializerContext;
