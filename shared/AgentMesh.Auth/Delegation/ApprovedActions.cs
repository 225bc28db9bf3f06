using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AgentMesh.Auth;

/// <summary>
/// What a person approved, as the token carries it in <c>authorization_details</c> (RFC 9396 §2). The issuer vouches that it was approved; whether it
/// is what is about to be done is for the callee to compare, and nothing but exactly that may be done.
/// </summary>
public sealed class ApprovedActions
{
    private readonly IReadOnlyList<JsonElement> _details;

    private ApprovedActions(IReadOnlyList<JsonElement> details) => _details = details;

    /// <summary>Nothing was approved.</summary>
    public static ApprovedActions None { get; } = new([]);

    /// <summary>Number of approved actions.</summary>
    public int Count => _details.Count;

    /// <summary>
    /// Whether exactly this was approved: one of the details has the type, and apart from <c>type</c> and <c>locations</c> the same members with the
    /// same values, no more and no fewer.
    /// </summary>
    /// <typeparam name="TAction">The action's type.</typeparam>
    /// <param name="type">The <c>type</c> of the detail, such as <c>trade.order</c>.</param>
    /// <param name="action">What is about to be done, complete: whatever is left out here can differ.</param>
    /// <param name="jsonTypeInfo">How the action was written when it was submitted for approval.</param>
    /// <returns>True when a person approved exactly this.</returns>
    public bool Include<TAction>(string type, TAction action, JsonTypeInfo<TAction> jsonTypeInfo)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        var asked = JsonSerializer.SerializeToElement(action, jsonTypeInfo);
        return asked.ValueKind == JsonValueKind.Object && _details.Any(detail => IsOfType(detail, type) && SameMembers(detail, asked));
    }

    /// <summary>Reads the claim; what is not an array of objects approves nothing.</summary>
    internal static ApprovedActions Read(byte[]? claim)
    {
        if (claim is null)
            return None;
        using var document = JsonDocument.Parse(claim, new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
        return new ApprovedActions([.. document.RootElement.EnumerateArray().Where(static d => d.ValueKind == JsonValueKind.Object).Select(static d => d.Clone())]);
    }

    private static bool IsOfType(JsonElement detail, string type) =>
        detail.TryGetProperty("type", out var stated) && stated.ValueKind == JsonValueKind.String && stated.ValueEquals(type);

    private static bool SameMembers(JsonElement detail, JsonElement asked)
    {
        var approved = 0;
        foreach (var member in detail.EnumerateObject())
        {
            if (member.NameEquals("type") || member.NameEquals("locations"))
                continue;
            if (!asked.TryGetProperty(member.Name, out var value) || !JsonElement.DeepEquals(member.Value, value))
                return false;
            approved++;
        }
        return approved > 0 && approved == asked.EnumerateObject().Count();
    }
}
