using AgentMesh.Manifest;

namespace AgentMesh.AuthServer.Exchange;

/// <summary>Space-delimited scopes (RFC 6749 §3.3).</summary>
internal static class ScopeText
{
    /// <summary>What is granted for an allowed request: each requested scope once, or what the edge grants to whoever serves this request when none was named.</summary>
    public static string Granted(string? requested, Edge edge, string? serving)
    {
        if (string.IsNullOrWhiteSpace(requested))
        {
            return string.Join(' ', edge.ScopesFor(serving));
        }
        return requested.Contains(' ', StringComparison.Ordinal)
            ? string.Join(' ', requested.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal))
            : requested;
    }
}
