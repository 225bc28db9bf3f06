using System.Text.Json;
using AgentMesh.Cli.Live;

namespace AgentMesh.Cli.Approvals;

/// <summary>What waits for a person, as the authorization server lists it.</summary>
/// <param name="Id">By which it is decided on.</param>
/// <param name="Client">SPIFFE ID of the agent that asks.</param>
/// <param name="Callee">SPIFFE ID of the agent that will act.</param>
/// <param name="Scope">What acting takes, space-delimited.</param>
/// <param name="Subject">On whose behalf.</param>
/// <param name="Actors">Through whom, newest first.</param>
/// <param name="TransactionId">The task.</param>
/// <param name="BindingMessage">The asking agent's words; they decide nothing.</param>
/// <param name="AuthorizationDetails">What exactly would be approved (RFC 9396); the callee holds whoever acts to it.</param>
internal sealed record WaitingApproval(
    string Id,
    string Client,
    string Callee,
    string Scope,
    string Subject,
    IReadOnlyList<string> Actors,
    string TransactionId,
    string? BindingMessage,
    JsonElement AuthorizationDetails,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt)
{
    /// <summary>What waits now, oldest first.</summary>
    /// <param name="connection">Asks as the operator.</param>
    /// <param name="wait">How long to wait for the first, at most half a minute.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="MeshException">The server refuses, or does not answer.</exception>
    public static async Task<IReadOnlyList<WaitingApproval>> ListAsync(OperatorConnection connection, TimeSpan wait, CancellationToken cancellationToken)
    {
        var answer = await connection.GetAsync($"approvals?wait={(int)wait.TotalSeconds}", cancellationToken);
        return [.. answer.GetProperty("items").EnumerateArray().Select(item => item.Deserialize<WaitingApproval>(JsonSerializerOptions.Web)!)];
    }
}
