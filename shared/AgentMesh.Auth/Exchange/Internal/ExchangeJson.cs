using System.Text.Json.Serialization;

namespace AgentMesh.Auth;

[JsonSourceGenerationOptions(MaxDepth = 16, UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(ServerMetadata.MetadataDocument))]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(BackchannelAnswer))]
[JsonSerializable(typeof(System.Text.Json.JsonElement))]
internal sealed partial class ExchangeJson : JsonSerializerContext;
