namespace AgentMesh.Testing;

/// <summary>Names the attacks of <c>tests/Attacks/Threats/threats.json</c> (<c>T01</c> …) that a test, or each test of a class, makes. <c>docs/threats.md</c> lists them.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class ThreatAttribute(params string[] ids) : Attribute
{
    public IReadOnlyList<string> Ids { get; } = ids;
}
