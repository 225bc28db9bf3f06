using AgentMesh.Spiffe;

namespace AgentMesh.Deployment.Identity;

/// <summary>Whether a Workload API answers. Whoever asks need not be a workload: a refusal is an answer.</summary>
public static class WorkloadApiProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Asks for JWT-SVIDs, as the least that costs nothing to refuse.</summary>
    /// <param name="endpoint">As <c>SPIFFE_ENDPOINT_SOCKET</c> says it.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <returns>Null when it answers, else what is wrong.</returns>
    public static async Task<string?> AskAsync(string endpoint, CancellationToken cancellationToken)
    {
        try
        {
            await using var client = new WorkloadApiClient(new WorkloadApiClientOptions { EndpointSocket = endpoint, Timeout = Patience });
            await client.FetchJwtSvidsAsync(["agentmesh:probe"], cancellationToken: cancellationToken);
            return null;
        }
        catch (WorkloadApiException e)
        {
            return e.Error == WorkloadApiError.PermissionDenied ? null : e.Message;
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
    }
}
