using System.Globalization;

namespace AgentMesh.Cli.Checks;

/// <summary>Every agent hears of revocations: its own health check says so.</summary>
internal sealed class RevocationStream : ICheck
{
    private const string Name = "every agent hears of revocations";

    string ICheck.Name => Name;

    public async Task<CheckResult> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(3) };
        List<string> evidence = [], faults = [];
        foreach (var agent in context.Mesh.Agents.Keys)
        {
            // Degraded: the agent serves, and refuses tokens that may have been revoked unheard.
            var health = context.Run.Children.TryGetValue(agent, out var child) ? await ReadAsync(http, child.Health, cancellationToken) : "not in the run file";
            (health == "Healthy" ? evidence : faults).Add($"{agent}: {health}");
        }
        return faults.Count == 0
            ? CheckResult.Green(Name, evidence)
            : CheckResult.Red(Name, "See \"Lost event stream\" in docs/operations.md: the agent cannot poll the authorization server's /events.", [.. faults, .. evidence]);
    }

    private static async Task<string> ReadAsync(HttpClient http, Uri health, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(health, cancellationToken);
            var text = (await response.Content.ReadAsStringAsync(cancellationToken)).Trim();
            return response.IsSuccessStatusCode ? text : string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {text}");
        }
        catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return "no answer: " + e.Message;
        }
    }
}
