namespace AgentMesh.Attacks.Tests.Threats;

/// <summary>Names the attacks of <c>threats.json</c> (<c>T01</c> …) that a test makes.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ThreatAttribute(params string[] ids) : Attribute
{
    public IReadOnlyList<string> Ids { get; } = ids;
}
