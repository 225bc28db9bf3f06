using System.ComponentModel.DataAnnotations;

namespace AgentMesh.Entra;

/// <summary>This agent's application in Microsoft Entra ID. Bound from <c>Mesh:Entra</c>; a callee's own section overrides it.</summary>
public sealed class EntraOptions
{
    /// <summary>The configuration section these settings are bound from.</summary>
    public const string Section = "Mesh:Entra";

    /// <summary>The cloud's sign-in address, an https origin. Sovereign clouds have others, such as <c>https://login.microsoftonline.us/</c>.</summary>
    public Uri Instance { get; set; } = new("https://login.microsoftonline.com/");

    /// <summary>Directory (tenant) ID, a GUID.</summary>
    public string? TenantId { get; set; }

    /// <summary>Application (client) ID of this agent's app registration, a GUID.</summary>
    public string? ClientId { get; set; }

    /// <summary>Most requests for one token, the first included (1 to 5): throttling (429) and failures of the server (5xx) are asked again.</summary>
    [Range(1, 5, ErrorMessage = "Mesh:Entra:MaxAttempts (environment: Mesh__Entra__MaxAttempts) must be from 1 to 5.")]
    public int MaxAttempts { get; set; } = 3;

    /// <summary>
    /// Longest wait before another attempt (0 to 60 s). When Entra asks for more (<c>Retry-After</c>), the call fails at once, and so do all others until then.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00", ErrorMessage = "Mesh:Entra:MaxRetryDelay (environment: Mesh__Entra__MaxRetryDelay) must be from 00:00:00 to 00:01:00.")]
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait for one answer (1 s to 2 min).</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:02:00", ErrorMessage = "Mesh:Entra:Timeout (environment: Mesh__Entra__Timeout) must be from 00:00:01 to 00:02:00.")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);
}
