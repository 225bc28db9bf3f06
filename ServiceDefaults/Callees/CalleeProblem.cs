using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;

namespace AgentMesh.ServiceDefaults.Callees;

/// <summary>Reads why a callee refused: RFC 9457 problem details, and RFC 6750 and RFC 9449 errors in <c>WWW-Authenticate</c>.</summary>
internal static class CalleeProblem
{
    private const int LongestDetail = 500;

    public static async Task<CalleeException> ReadAsync(string callee, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var problem = await ReadProblemAsync(response, cancellationToken);
        var reason = ErrorOf(response) ?? ReasonOf(problem) ?? Reason(status);
        var detail = Shorten(problem?.Detail);
        return new CalleeException(callee, status, Shorten(reason)!, status is 400 or 404 or 422 && detail is not null
            ? detail
            : $"{callee} answered {status} ({Shorten(reason)}){(detail is null ? "." : $": {detail}")}");
    }

    private static async Task<ProblemDetails?> ReadProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
            return null;
        try
        {
            return await response.Content.ReadFromJsonAsync<ProblemDetails>(cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? ReasonOf(ProblemDetails? problem) =>
        problem is not null && problem.Extensions.TryGetValue("reason", out var reason) ? reason?.ToString() : null;

    private static string? ErrorOf(HttpResponseMessage response)
    {
        const string Error = "error=\"";
        var challenge = response.Headers.WwwAuthenticate.FirstOrDefault(h => h.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) || h.Scheme.Equals("DPoP", StringComparison.OrdinalIgnoreCase))?.Parameter;
        var start = challenge?.IndexOf(Error, StringComparison.Ordinal) ?? -1;
        if (start < 0)
            return null;
        var value = challenge.AsSpan(start + Error.Length);
        var end = value.IndexOf('"');
        return end < 0 ? null : value[..end].ToString();
    }

    private static string Reason(int status) => status switch
    {
        400 or 422 => "bad_request",
        401 => "invalid_token",
        403 => "forbidden",
        404 => "not_found",
        429 => "too_many_requests",
        _ => "failed",
    };

    private static string? Shorten(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        var clean = string.Concat(text.Take(LongestDetail).Select(c => char.IsControl(c) ? ' ' : c));
        return text.Length > LongestDetail ? clean + "…" : clean;
    }
}
