using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentMesh.Auth;

/// <summary>The backchannel authentication endpoint's answer (CIBA §7.3, §13).</summary>
internal sealed record BackchannelAnswer(
    [property: JsonPropertyName("auth_req_id")] string? RequestId,
    [property: JsonPropertyName("approval_id")] string? ApprovalId,
    [property: JsonPropertyName("expires_in")] long? ExpiresIn,
    [property: JsonPropertyName("interval")] long? Interval,
    [property: JsonPropertyName("error")] string? Error,
    [property: JsonPropertyName("error_description")] string? ErrorDescription)
{
    /// <summary>Seconds between polls where the server names none (CIBA §7.3).</summary>
    private const int DefaultInterval = 5;

    public static BackchannelAnswer? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ExchangeJson.Default.BackchannelAnswer);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public bool IsUsable => RequestId is { Length: > 0 and <= 1024 } && ExpiresIn is > 0 and <= 24 * 3600 && Interval is null or (> 0 and <= 3600);

    public TimeSpan PollInterval => TimeSpan.FromSeconds(Interval ?? DefaultInterval);
}
