using System.Text.Json;

namespace AgentMesh.Cli.Live;

/// <summary>The ledger of the mesh's authorization server, as an operator with the permission <c>audit</c> sees it.</summary>
internal sealed class LiveLedger(OperatorConnection connection) : ILedger
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<LedgerHead>> HeadsAsync(CancellationToken cancellationToken)
    {
        var answer = await connection.GetAsync("audit/journals", cancellationToken);
        return [.. answer.GetProperty("items").EnumerateArray().Select(item => item.Deserialize<LedgerHead>(JsonSerializerOptions.Web)!)];
    }

    /// <inheritdoc/>
    public async Task<string> HashAsync(LedgerHead journal, long seq, CancellationToken cancellationToken)
    {
        var answer = await connection.GetAsync($"audit/journals/{Uri.EscapeDataString(journal.Instance)}/{seq}?party={Uri.EscapeDataString(journal.Party)}", cancellationToken);
        return answer.GetProperty("hash").GetString()!;
    }
}
