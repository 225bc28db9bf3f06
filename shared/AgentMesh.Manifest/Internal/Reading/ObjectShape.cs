using AgentMesh.Manifest.Internal.Syntax;

namespace AgentMesh.Manifest.Internal.Reading;

/// <summary>Which members an object of the manifest has. The JSON Schema says the same, and a test compares the two.</summary>
internal sealed class ObjectShape(string what, string[] required, string[] optional)
{
    public static readonly ObjectShape Mesh = new("the manifest",
        ["trustDomain", "scopes", "agents"], ["$schema", "spiffeId", "lifetimes", "maxDepth", "operators", "services"]);

    public static readonly ObjectShape Lifetimes = new("lifetimes", [], ["x509Svid", "jwtSvid", "accessToken"]);

    public static readonly ObjectShape Scope = new("a scope", ["description"], ["approval"]);

    public static readonly ObjectShape Agent = new("an agent",
        ["project"], ["description", "executable", "selectors", "auth", "calls"]);

    public static readonly ObjectShape Operator = new("an operator",
        [], ["description", "project", "executable", "selectors", "calls", "may"]);

    public static readonly ObjectShape Service = new("a service", [], ["description", "project", "executable", "selectors"]);

    public static readonly ObjectShape Edge = new("an edge", ["scopes"], ["when"]);

    public static readonly ObjectShape ConditionalScope = new("a scope with a condition", ["scope", "when"], []);

    private readonly string[] _members = [.. required, .. optional];

    public IReadOnlyList<string> Required => required;

    public IReadOnlyList<string> Members => _members;

    /// <summary>False when <paramref name="node"/> is no object at all.</summary>
    public bool Check(SyntaxNode node, DiagnosticBag diagnostics)
    {
        if (!Expect.Kind(node, SyntaxKind.Object, what, diagnostics))
            return false;

        foreach (var member in node.Members)
        {
            if (Array.IndexOf(_members, member.Name) < 0)
                diagnostics.Error(member.Position, $"{Quote.Text(member.Name)} is not a member of {what}.{Suggestion.For(member.Name, _members)}");
        }

        foreach (var name in required)
        {
            if (node.Find(name) is null)
                diagnostics.Error(node.Position, $"{Quote.Text(name)} is missing: {what} must have it.");
        }

        return true;
    }
}
