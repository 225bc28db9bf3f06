using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using AgentMesh.Cli.Demo;
using AgentMesh.Spiffe;

namespace AgentMesh.Cli.Approvals;

/// <summary>Where an operator sees what waits for approval, and decides: the authorization server, over mTLS with the operator's SVID.</summary>
internal sealed class ApprovalDesk : IApprovalDesk, IDisposable
{
    private readonly HttpClient _http;

    public ApprovalDesk(SpiffeSource source, Uri issuer, SpiffeId authServer)
    {
        _http = new HttpClient(SpiffeTls.CreateHandler(source, source, Authorize.Id(authServer)))
        {
            BaseAddress = issuer,
            // Longer than the server holds a request that waits for the first approval.
            Timeout = TimeSpan.FromSeconds(60),
        };
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<WaitingApproval>> ListAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"approvals?wait={(int)wait.TotalSeconds}");
        try
        {
            using var response = await _http.GetAsync(path, cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw MeshException.Unavailable($"the authorization server does not show what waits for approval: {await ProblemText.OfAsync(response, cancellationToken)}");
            return (await response.Content.ReadFromJsonAsync<Waiting>(JsonSerializerOptions.Web, cancellationToken))?.Items ?? [];
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw MeshException.Unavailable($"the authorization server cannot be asked what waits for approval: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public async Task<string?> DecideAsync(string id, bool approve, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.PostAsync($"approvals/{Uri.EscapeDataString(id)}/{(approve ? "approve" : "deny")}", content: null, cancellationToken);
            return response.IsSuccessStatusCode ? null : await ProblemText.OfAsync(response, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw MeshException.Unavailable($"the authorization server cannot be told the decision: {e.Message}", e);
        }
    }

    public void Dispose() => _http.Dispose();

    private sealed record Waiting(IReadOnlyList<WaitingApproval> Items);
}
