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
        return Compare(type, action, jsonTypeInfo).IsApproved;
    }

    /// <summary>As <see cref="Include"/>, and says what is not as it was approved.</summary>
    /// <typeparam name="TAction">The action's type.</typeparam>
    /// <param name="type">The <c>type</c> of the detail.</param>
    /// <param name="action">What is about to be done, complete: whatever is left out here can differ.</param>
    /// <param name="jsonTypeInfo">How the action was written when it was submitted for approval.</param>
    /// <returns>Whether a person approved exactly this; if not, the members that differ from the approved action of this type that is nearest to it.</returns>
    public ApprovalComparison Compare<TAction>(string type, TAction action, JsonTypeInfo<TAction> jsonTypeInfo)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        var asked = JsonSerializer.SerializeToElement(action, jsonTypeInfo);
        if (asked.ValueKind != JsonValueKind.Object || !asked.EnumerateObject().Any())
            return ApprovalComparison.NothingApproved;
        var nearest = _details.Where(detail => IsOfType(detail, type)).Select(detail => Differences(detail, asked)).MinBy(differences => differences.Count);
        return nearest is null ? ApprovalComparison.NothingApproved : new ApprovalComparison(nearest);
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

    // In the order of the action, then what only the approved one has.
    private static List<string> Differences(JsonElement approved, JsonElement asked) =>
    [
        .. asked.EnumerateObject().Where(member => !approved.TryGetProperty(member.Name, out var value) || !JsonElement.DeepEquals(member.Value, value)).Select(member => member.Name),
        .. approved.EnumerateObject().Where(member => !IsEnvelope(member) && !asked.TryGetProperty(member.Name, out _)).Select(member => member.Name),
    ];

    private static bool IsEnvelope(JsonProperty member) => member.NameEquals("type") || member.NameEquals("locations");
}
