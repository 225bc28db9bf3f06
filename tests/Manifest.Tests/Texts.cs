namespace AgentMesh.Manifest.Tests;

/// <summary>Texts of manifests, and what is said about bad ones.</summary>
internal static class Texts
{
    public const string Scopes = """
        "scopes": {
          "ask": { "description": "Ask" },
          "read": { "description": "Read" },
          "pay": { "description": "Pay", "approval": "human" }
        }
        """;

    public const string Agents = """
        "agents": {
          "front": { "project": "agents/Front", "calls": { "back": { "scopes": ["read"], "when": ["ask"] } } },
          "back": { "project": "agents/Back" },
          "data": { "project": "agents/Data", "auth": "mtls" }
        }
        """;

    /// <summary>A manifest whose trust domain, scopes and agents are in order, and <paramref name="members"/> besides.</summary>
    public static string With(string members) => $$"""
        { "trustDomain": "example.org",
          {{Scopes}},
          {{Agents}},
          {{members}} }
        """;

    public static string WithAgents(string agents) => $$"""{ "trustDomain": "example.org", {{Scopes}}, "agents": { {{agents}} } }""";

    /// <summary>A manifest in which "front" has one more edge.</summary>
    public static string WithCall(string call) => WithAgents($$"""
        "front": { "project": "agents/Front", "calls": { {{call}} } },
        "back": { "project": "agents/Back" },
        "data": { "project": "agents/Data", "auth": "mtls" }
        """);

    /// <summary>Expects one error where <c>¦</c> stands in the text, saying <paramref name="says"/>.</summary>
    public static void Refused(string marked, string says)
    {
        var offset = marked.IndexOf('¦', StringComparison.Ordinal);
        Assert.True(offset >= 0, "The text has no mark.");
        var before = marked[..offset];
        var error = Assert.Single(Errors(marked.Remove(offset, 1)));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Equal((before.Count(character => character == '\n') + 1, offset - before.LastIndexOf('\n')), (error.Line, error.Column));
    }

    public static IReadOnlyList<ManifestDiagnostic> Errors(string text) =>
        [.. Assert.Throws<ManifestException>(() => MeshManifest.Parse(text)).Diagnostics.Where(diagnostic => diagnostic.IsError)];
}
