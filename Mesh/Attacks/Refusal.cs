using System.Text.Json;

namespace AgentMesh.Cli.Attacks;

/// <summary>An agent's answer, as far as it says why a request was refused: the status, and the stable code in the problem's <c>reason</c>.</summary>
internal sealed record Refusal(int Status, string? Reason, string? Detail)
{
    public static async Task<Refusal> OfAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            using var problem = JsonDocument.Parse(body);
            return new Refusal((int)response.StatusCode, Member(problem, "reason"), Member(problem, "detail"));
        }
        catch (JsonException)
        {
            return new Refusal((int)response.StatusCode, null, null);
        }
    }

    public override string ToString() => $"{Status} {Reason}: {Detail}".TrimEnd(' ', ':');

    private static string? Member(JsonDocument problem, string name) =>
        problem.RootElement.ValueKind == JsonValueKind.Object && problem.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
}
