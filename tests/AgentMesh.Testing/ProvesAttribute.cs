namespace AgentMesh.Testing;

/// <summary>Names the requirements of the standards table (<c>WE1</c>, <c>X1</c> …) that a test shows to be met.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class ProvesAttribute(params string[] requirements) : Attribute
{
    public IReadOnlyList<string> Requirements { get; } = requirements;
}
