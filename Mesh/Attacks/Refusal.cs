namespace AgentMesh.Cli.Attacks;

/// <summary>An agent's answer as far as it says why a request was refused (RFC 6750 §3).</summary>
internal sealed record Refusal(int Status, string? Challenge)
{
    public bool IsInvalidToken => Status == 401 && Challenge is not null && Challenge.Contains("invalid_token", StringComparison.Ordinal);

    public bool IsForbidden => Status == 403;

    public static Refusal Of(HttpResponseMessage response) =>
        new((int)response.StatusCode, response.Headers.WwwAuthenticate.FirstOrDefault()?.ToString());

    public override string ToString() => Challenge is null ? $"{Status}" : $"{Status} {Challenge}";
}
