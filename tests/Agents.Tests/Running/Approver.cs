using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AgentMesh.Spiffe;

namespace AgentMesh.Agents.Tests.Running;

/// <summary>A person who decides on what waits at the authorization server.</summary>
internal sealed class Approver(SpiffeSource source, Uri issuer) : IDisposable
{
    private readonly HttpClient _http = new(SpiffeTls.CreateHandler(source, source, Authorize.Id(SpiffeId.Parse("spiffe://agentmesh.local/service/auth-server")))) { BaseAddress = issuer };

    /// <summary>Waits for a request, decides on it, and gives what was shown.</summary>
    public async Task<JsonElement> DecideAsync(string decision)
    {
        var list = await _http.GetFromJsonAsync<JsonElement>("approvals?wait=30", TestContext.Current.CancellationToken);
        var item = Assert.Single(list.GetProperty("items").EnumerateArray());
        using var decided = await _http.PostAsync(new Uri(issuer, $"approvals/{item.GetProperty("id").GetString()}/{decision}"), null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, decided.StatusCode);
        return item;
    }

    public async Task<int> CountAsync() =>
        (await _http.GetFromJsonAsync<JsonElement>("approvals", TestContext.Current.CancellationToken)).GetProperty("items").GetArrayLength();

    public void Dispose() => _http.Dispose();
}
