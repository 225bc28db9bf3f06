using System.Globalization;
using System.Text.Json;

namespace AgentMesh.A2A.Mesh;

/// <summary>
/// What a task in <c>TASK_STATE_AUTH_REQUIRED</c> waits for, in a form that agents pass on to those who wait for them. It holds no credential and
/// authorizes nothing; the approval itself is given at the authorization server.
/// </summary>
/// <param name="Id">The approval's id, by which the person who decides finds it.</param>
/// <param name="Needed">What is needed, in plain words.</param>
/// <param name="Approvers">Who must decide, in plain words.</param>
/// <param name="ExpiresAt">Until when.</param>
/// <param name="Agent">The agent that waits for it.</param>
public sealed record AuthorizationNotice(string Id, string Needed, string Approvers, DateTimeOffset ExpiresAt, string Agent)
{
    private const string Key = "authorization";
    private const int LongestText = 500;

    /// <summary>As a status message: words for a person, and the same as data.</summary>
    public Message ToMessage() => Message.FromAgent(Part.FromText(ToString()), Part.FromData(JsonSerializer.SerializeToElement(
        new Dictionary<string, AuthorizationNotice> { [Key] = this }, SkillJson.Options)));

    /// <summary>The notice in a status; <see langword="null"/> when it has none. What a callee wrote is shortened and kept to one line.</summary>
    /// <param name="status">A status of <c>TASK_STATE_AUTH_REQUIRED</c>.</param>
    public static AuthorizationNotice? Of(TaskStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        foreach (var part in status.Message?.Parts ?? [])
        {
            if (part.Data is not { ValueKind: JsonValueKind.Object } data || !data.TryGetProperty(Key, out var notice))
                continue;
            try
            {
                return notice.Deserialize<AuthorizationNotice>(SkillJson.Options) is { Id: not null, Needed: not null, Approvers: not null, Agent: not null } read
                    ? read with { Id = Line(read.Id), Needed = Line(read.Needed), Approvers = Line(read.Approvers), Agent = Line(read.Agent) }
                    : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }
        return null;
    }

    /// <summary>One sentence for a person.</summary>
    /// <returns>What is needed, who decides, until when, and the approval's id.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Agent} waits for an approval: {Needed}. {Approvers} must decide until {ExpiresAt.UtcDateTime:HH:mm:ss} UTC (approval {Id}).");

    internal static string Line(string text)
    {
        var clean = string.Concat(text.Take(LongestText).Select(c => char.IsControl(c) ? ' ' : c));
        return text.Length > LongestText ? clean + "…" : clean;
    }
}
