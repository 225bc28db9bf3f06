using System.Buffers;
using System.Text.Json;

namespace AgentMesh.A2A;

/// <summary>
/// What is signed of a card (A2A §8.4.1): its JSON without <c>signatures</c>, without members that are neither required nor
/// explicitly optional and have their default value, in canonical form.
/// </summary>
/// <remarks>
/// Works on the JSON that was received rather than on what this library understands of it, so that members of a later version of
/// the protocol are covered by the signature too.
/// </remarks>
internal static class AgentCardPayload
{
    /// <summary>By kind of object: members that stay although they have their default value.</summary>
    private static readonly Dictionary<string, string[]> Kept = new(StringComparer.Ordinal)
    {
        ["card"] = ["name", "description", "supportedInterfaces", "version", "documentationUrl", "capabilities", "defaultInputModes", "defaultOutputModes", "skills", "iconUrl"],
        ["interface"] = ["url", "protocolBinding", "protocolVersion"],
        ["provider"] = ["url", "organization"],
        ["capabilities"] = ["streaming", "pushNotifications", "extendedAgentCard"],
        ["skill"] = ["id", "name", "description", "tags"],
        ["apiKey"] = ["location", "name"],
        ["http"] = ["scheme"],
        ["oauth2"] = ["flows"],
        ["oidc"] = ["openIdConnectUrl"],
        ["authorizationCode"] = ["authorizationUrl", "tokenUrl", "scopes"],
        ["clientCredentials"] = ["tokenUrl", "scopes"],
        ["deviceCode"] = ["deviceAuthorizationUrl", "tokenUrl", "scopes"],
    };

    /// <summary>By kind of object and member: the kind of what is in it. <c>[x]</c> is a list of x, <c>{x}</c> a map to x, <c>*</c> is kept verbatim.</summary>
    private static readonly Dictionary<(string Kind, string Member), string> Kinds = new()
    {
        [("card", "supportedInterfaces")] = "[interface]",
        [("card", "provider")] = "provider",
        [("card", "capabilities")] = "capabilities",
        [("card", "securitySchemes")] = "{scheme}",
        [("card", "securityRequirements")] = "[requirement]",
        [("card", "skills")] = "[skill]",
        [("capabilities", "extensions")] = "[extension]",
        [("extension", "params")] = "*",
        [("skill", "securityRequirements")] = "[requirement]",
        [("requirement", "schemes")] = "{stringList}",
        [("scheme", "apiKeySecurityScheme")] = "apiKey",
        [("scheme", "httpAuthSecurityScheme")] = "http",
        [("scheme", "oauth2SecurityScheme")] = "oauth2",
        [("scheme", "openIdConnectSecurityScheme")] = "oidc",
        [("scheme", "mtlsSecurityScheme")] = "mtls",
        [("oauth2", "flows")] = "flows",
        [("flows", "authorizationCode")] = "authorizationCode",
        [("flows", "clientCredentials")] = "clientCredentials",
        [("flows", "deviceCode")] = "deviceCode",
        [("flows", "implicit")] = "oldFlow",
        [("flows", "password")] = "oldFlow",
        [("oldFlow", "scopes")] = "{string}",
        [("authorizationCode", "scopes")] = "{string}",
        [("clientCredentials", "scopes")] = "{string}",
        [("deviceCode", "scopes")] = "{string}",
    };

    public static byte[] Of(JsonElement card)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output))
            WriteObject(writer, card, "card", without: "signatures");
        using var document = JsonDocument.Parse(output.WrittenMemory);
        return JsonCanonicalization.Canonicalize(document.RootElement);
    }

    private static void WriteObject(Utf8JsonWriter writer, JsonElement element, string kind, string? without = null)
    {
        writer.WriteStartObject();
        foreach (var member in element.EnumerateObject())
        {
            var memberKind = Kinds.GetValueOrDefault((kind, member.Name), "");
            if (member.Name == without || member.Value.ValueKind == JsonValueKind.Null)
                continue;
            if (IsDefault(member.Value, isMessage: memberKind is not ("" or "*") && memberKind[0] is not ('[' or '{'))
                && !(Kept.TryGetValue(kind, out var kept) && kept.Contains(member.Name)))
                continue;
            writer.WritePropertyName(member.Name);
            Write(writer, member.Value, memberKind);
        }
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element, string kind)
    {
        if (kind.StartsWith('[') && element.ValueKind == JsonValueKind.Array)
        {
            writer.WriteStartArray();
            foreach (var item in element.EnumerateArray())
                Write(writer, item, kind[1..^1]);
            writer.WriteEndArray();
        }
        else if (kind.StartsWith('{') && element.ValueKind == JsonValueKind.Object)
        {
            writer.WriteStartObject();
            foreach (var entry in element.EnumerateObject())
            {
                writer.WritePropertyName(entry.Name);
                Write(writer, entry.Value, kind[1..^1]);
            }
            writer.WriteEndObject();
        }
        else if (kind is not ("" or "*") && element.ValueKind == JsonValueKind.Object)
            WriteObject(writer, element, kind);
        else
            element.WriteTo(writer);
    }

    /// <summary>The default of its type. A message that is there is never default, even when it is empty; a map or list is.</summary>
    private static bool IsDefault(JsonElement value, bool isMessage) => value.ValueKind switch
    {
        JsonValueKind.False => true,
        JsonValueKind.String => value.ValueEquals(""),
        JsonValueKind.Number => value.TryGetDouble(out var number) && number == 0,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !isMessage && !value.EnumerateObject().Any(),
        _ => false,
    };
}
