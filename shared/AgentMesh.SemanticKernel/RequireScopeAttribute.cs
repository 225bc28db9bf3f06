namespace AgentMesh.SemanticKernel;

/// <summary>
/// On a kernel function's method: the scopes that the request being served must carry, all of them, for the function to run.
/// A function without this attribute, or with no scope in it, is always refused.
/// </summary>
/// <param name="scopes">Scopes of the manifest, such as <c>portfolio.advise</c>.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequireScopeAttribute(params string[] scopes) : Attribute
{
    /// <summary>The scopes, all of which are needed.</summary>
    public IReadOnlyList<string> Scopes => scopes;
}
