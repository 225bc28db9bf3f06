using System.Globalization;
using System.Text.Json;
using AgentMesh.Cli.Output;

namespace AgentMesh.Cli.Approvals;

/// <summary>
/// Says what a person would approve, in plain words that follow from the details the callee is held to, not from what the asking agent says. Every member of the details
/// is shown; text from outside is one line without control or format characters.
/// </summary>
internal sealed class ApprovalText(string trustDomain, TimeProvider time)
{
    private const string OrderType = "urn:agentmesh:order";

    /// <summary>The lines, the first one a heading.</summary>
    public IEnumerable<string> Lines(WaitingApproval approval)
    {
        yield return $"{Name(approval.Client)} asks for your approval, on behalf of {Name(approval.Subject)}{Through(approval)}";
        foreach (var detail in approval.AuthorizationDetails.EnumerateArray())
        {
            yield return $"  {Name(approval.Callee)} will {Action(detail)}";
            if (Rest(detail) is { Length: > 0 } rest)
                yield return $"  {rest}";
        }
        yield return $"  it takes the scope {Printable.Line(approval.Scope)}, once";
        if (approval.BindingMessage is { } message)
            yield return $"  {Name(approval.Client)} says: \"{Printable.Line(message)}\"";
        var left = approval.ExpiresAt - time.GetUtcNow();
        yield return string.Create(CultureInfo.InvariantCulture, $"  expires at {time.GetLocalNow() + left:HH:mm:ss}, in {Math.Max(0, left.TotalSeconds):0} s");
    }

    /// <summary>What would be done, in one line: nothing of it is the asking agent's words.</summary>
    public string Summary(WaitingApproval approval) =>
        $"{Name(approval.Client)} asks, for {Name(approval.Subject)}{Through(approval)}: {Name(approval.Callee)} will {What(approval)} [{Printable.Line(approval.Scope)}]";

    /// <summary>What exactly the callee would do, and every other member of the details.</summary>
    public static string What(WaitingApproval approval) => string.Join("; and ", approval.AuthorizationDetails.EnumerateArray()
        .Select(detail => Rest(detail) is { Length: > 0 } rest ? $"{Action(detail)} ({rest})" : Action(detail)));

    private static string Action(JsonElement detail)
    {
        if (Text(detail, "type") != OrderType)
            return $"do what is called {Printable.Line(Text(detail, "type") ?? "nothing")}";
        var buys = Text(detail, "side") == "buy";
        var order = $"{Shown(detail, "side")} {Shown(detail, "quantity")} {Shown(detail, "symbol")} for the account {Shown(detail, "account")}, "
            + $"at {Shown(detail, "limitPrice")} {Shown(detail, "currency")} a share or {(buys ? "less" : "more")}";
        return Number(detail, "quantity") is { } quantity && Number(detail, "limitPrice") is { } limit
            ? string.Create(CultureInfo.InvariantCulture, $"{order}: {(buys ? "at most" : "at least")} {Total(quantity, limit)} {Shown(detail, "currency")}")
            : order;
    }

    private static string Rest(JsonElement detail)
    {
        var isOrder = Text(detail, "type") == OrderType;
        return string.Join(", ", detail.EnumerateObject()
            .Where(member => member.Name is not ("type" or "locations") && !(isOrder && member.Name is "side" or "quantity" or "symbol" or "account" or "limitPrice" or "currency"))
            .Select(member => $"{Printable.Line(member.Name)} {Shown(member.Value)}"));
    }

    private string Through(WaitingApproval approval) =>
        approval.Actors.Where(actor => actor != approval.Client).Select(Name).ToList() is { Count: > 0 } others ? $" (through {string.Join(" < ", others)})" : "";

    private string Name(string spiffeId) => Printable.Line(PartyName.Short(spiffeId, trustDomain));

    private static string Total(decimal quantity, decimal limit)
    {
        try
        {
            return (quantity * limit).ToString("0.00##", CultureInfo.InvariantCulture);
        }
        catch (OverflowException)
        {
            return "more than can be written";
        }
    }

    private static string? Text(JsonElement detail, string name) => detail.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static decimal? Number(JsonElement detail, string name) =>
        detail.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) ? number : null;

    private static string Shown(JsonElement detail, string name) => detail.TryGetProperty(name, out var value) ? Shown(value) : $"(no {name})";

    private static string Shown(JsonElement value) => Printable.Line(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText());
}
