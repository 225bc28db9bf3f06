using System.Text.Json.Serialization;

namespace AgentMesh.A2A;

/// <summary>Who wrote a message (A2A §4.1.5).</summary>
public enum Role
{
    /// <summary>Not given. Refused in requests.</summary>
    [JsonStringEnumMemberName("ROLE_UNSPECIFIED")] Unspecified = 0,

    /// <summary>The client.</summary>
    [JsonStringEnumMemberName("ROLE_USER")] User = 1,

    /// <summary>The agent.</summary>
    [JsonStringEnumMemberName("ROLE_AGENT")] Agent = 2,
}
