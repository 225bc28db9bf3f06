using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;

namespace AgentMesh.Attacks.Tests.Mesh;

/// <summary>A JWT in compact serialization, taken apart and put together again.</summary>
internal static class Jwt
{
    public static JsonObject Header(string token) => Part(token, 0);

    public static JsonObject Claims(string token) => Part(token, 1);

    public static string Change(string token, Action<JsonObject>? header, Action<JsonObject>? claims, Func<byte[], byte[]> sign)
    {
        var (head, payload) = (Header(token), Claims(token));
        header?.Invoke(head);
        claims?.Invoke(payload);
        return Write(head, payload, sign);
    }

    public static string Write(JsonObject header, JsonObject claims, Func<byte[], byte[]> sign)
    {
        var signed = $"{Encode(header.ToJsonString())}.{Encode(claims.ToJsonString())}";
        return $"{signed}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    private static JsonObject Part(string token, int index) => JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[index]))!.AsObject();

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
