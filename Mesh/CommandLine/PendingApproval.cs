using System.Text.Json;
using AgentMesh.Cli.Live;
using AgentMesh.Cli.Output;

namespace AgentMesh.Cli.CommandLine;

/// <summary>A request that waits for a person, as the authorization server describes it.</summary>
internal sealed record PendingApproval(
    string Id,
    string Client,
    string Callee,
    string Scope,
    string Subject,
    string TransactionId,
    string? BindingMessage,
    JsonElement AuthorizationDetails,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>What exactly would be done: each detail's members, for people.</summary>
    public string Action => string.Join("; ", AuthorizationDetails.EnumerateArray().Select(Describe));

    /// <param name="connection">Asks as the operator.</param>
    /// <param name="wait">How long to wait for the first, at most half a minute.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<IReadOnlyList<PendingApproval>> ListAsync(OperatorConnection connection, TimeSpan wait, CancellationToken cancellationToken)
    {
        var answer = await connection.GetAsync($"approvals?wait={(int)wait.TotalSeconds}", cancellationToken);
        return [.. answer.GetProperty("items").EnumerateArray().Select(item => item.Deserialize<PendingApproval>(Json)!)];
    }

    /// <summary>In one line of plain words, safe for a terminal.</summary>
    public string Summary(string trustDomain) => Printable.Of(
        $"{Id[..Math.Min(8, Id.Length)]}  {PartyName.Short(Client, trustDomain)} wants {Scope} at {PartyName.Short(Callee, trustDomain)} for {PartyName.Short(Subject, trustDomain)}: {BindingMessage ?? Action}");

    private static string Describe(JsonElement detail) => string.Join(' ', detail.EnumerateObject()
        .Where(member => member.Name is not ("type" or "locations"))
        .Select(member => $"{member.Name}={(member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : member.Value.GetRawText())}"));
}
