using AgentMesh.Auth;

namespace AgentMesh.Cli.Output;

/// <summary>
/// A message to a skill, over A2A or as the call of an MCP tool, takes two decisions of its callee: whether the caller may come in, and whether it may use
/// the skill. For a person who reads they are one hop, as long as both are the same.
/// </summary>
internal static class SkillHops
{
    private const string Skill = "skill ";

    public static IReadOnlyList<AuditEvent> Merge(IReadOnlyList<AuditEvent> events)
    {
        var skills = events.Where(IsSkill).ToLookup(e => (e.Party, e.SpanId));
        return [.. events.Where(e => !(IsEntry(e) && skills[(e.Party, e.SpanId)].Any())).Select(e => IsSkill(e) ? e with { DurationMs = EntryOf(e, events)?.DurationMs } : e)];
    }

    private static AuditEvent? EntryOf(AuditEvent skill, IReadOnlyList<AuditEvent> events) =>
        events.FirstOrDefault(e => IsEntry(e) && e.Party == skill.Party && e.SpanId == skill.SpanId);

    private static bool IsEntry(AuditEvent e) => e.Decision == "allow" && e.SpanId is not null && e.Action is { } action
        && (action.StartsWith("POST /a2a", StringComparison.Ordinal) || action.StartsWith("POST /mcp", StringComparison.Ordinal));

    private static bool IsSkill(AuditEvent e) => e.SpanId is not null && e.Action?.StartsWith(Skill, StringComparison.Ordinal) == true;
}
