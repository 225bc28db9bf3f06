using System.Text.Json.Serialization;

namespace AgentMesh.Auth;

[JsonSourceGenerationOptions(MaxDepth = 16, UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(ServerMetadata.MetadataDocument))]
[JsonSerializable(typeof(TokenAnswer))]
internal sealed partial class ExchangeJson : JsonSerializerContext;
