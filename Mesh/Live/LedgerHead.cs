using System.Text.Json;

namespace AgentMesh.Cli.Live;

/// <summary>How far the ledger holds a journal.</summary>
/// <param name="Seq">Its newest record there.</param>
/// <param name="Hash">That record's hash.</param>
/// <param name="FirstHash">The hash of its first record: which journal it is.</param>
internal sealed record LedgerHead(string Party, string Instance, long Seq, string Hash, string FirstHash, DateTimeOffset ReceivedAt)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static async Task<IReadOnlyList<LedgerHead>> ListAsync(OperatorConnection connection, CancellationToken cancellationToken)
    {
        var answer = await connection.GetAsync("audit/journals", cancellationToken);
        return [.. answer.GetProperty("items").EnumerateArray().Select(item => item.Deserialize<LedgerHead>(Json)!)];
    }

    /// <summary>The hash that the ledger holds of one record.</summary>
    public async Task<string> HashAsync(OperatorConnection connection, long seq, CancellationToken cancellationToken)
    {
        var answer = await connection.GetAsync($"audit/journals/{Uri.EscapeDataString(Instance)}/{seq}?party={Uri.EscapeDataString(Party)}", cancellationToken);
        return answer.GetProperty("hash").GetString()!;
    }
}
