using System.Text.Json;

namespace AgentMesh.Cli.Demo;

/// <summary>An error response in one line: status and the problem's detail (RFC 9457), or the challenge.</summary>
internal static class ProblemText
{
    private const int MaxLength = 500;

    public static async Task<string> OfAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = $"{(int)response.StatusCode} {response.ReasonPhrase}";
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        var text = Detail(body)
            ?? response.Headers.WwwAuthenticate.FirstOrDefault()?.ToString()
            ?? body;
        return $"{status}: {(text.Length > MaxLength ? text[..MaxLength] + "…" : text)}".TrimEnd(' ', ':');
    }

    private static string? Detail(string body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body);
            return problem.RootElement.ValueKind == JsonValueKind.Object
                && problem.RootElement.TryGetProperty("detail", out var detail) ? detail.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
