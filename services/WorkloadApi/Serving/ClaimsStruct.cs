using System.Text.Json;
using Google.Protobuf.WellKnownTypes;

namespace AgentMesh.WorkloadApi.Serving;

/// <summary>A token's claims as the protocol carries them.</summary>
internal static class ClaimsStruct
{
    public static Struct From(IReadOnlyDictionary<string, JsonElement> claims)
    {
        var result = new Struct();
        foreach (var (name, value) in claims)
            result.Fields[name] = Convert(value);
        return result;
    }

    private static Value Convert(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => Value.ForString(element.GetString()),
        JsonValueKind.Number => Value.ForNumber(element.GetDouble()),
        JsonValueKind.True or JsonValueKind.False => Value.ForBool(element.GetBoolean()),
        JsonValueKind.Array => Value.ForList([.. element.EnumerateArray().Select(Convert)]),
        JsonValueKind.Object => Value.ForStruct(From(element.EnumerateObject().DistinctBy(p => p.Name).ToDictionary(p => p.Name, p => p.Value))),
        _ => Value.ForNull(),
    };
}
