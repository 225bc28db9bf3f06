using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using AgentMesh.Spiffe;

namespace AgentMesh.Auth.Tests;

/// <summary>Requests written by hand, as an attacker writes them: any token, from any valid SVID.</summary>
internal static class Raw
{
    public static HttpClient Client(TestMesh mesh, TestSource source, Uri address) =>
        new(SpiffeTls.CreateHandler(source, source, Authorize.AnyPeer(), mesh.Clock)) { BaseAddress = address };

    public static async Task<Answer> GetAsync(this HttpClient client, string path, string? token, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return await Answer.ReadAsync(response);
    }

    internal sealed record Answer(HttpStatusCode Status, string? Reason, string? Challenge, string Body)
    {
        public static async Task<Answer> ReadAsync(HttpResponseMessage response)
        {
            var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            string? reason = null;
            if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
            {
                using var problem = JsonDocument.Parse(body);
                reason = problem.RootElement.GetProperty("reason").GetString();
            }
            return new(response.StatusCode, reason, response.Headers.WwwAuthenticate.FirstOrDefault()?.ToString(), body);
        }
    }
}
