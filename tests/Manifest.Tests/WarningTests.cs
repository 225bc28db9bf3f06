namespace AgentMesh.Manifest.Tests;

public sealed class WarningTests
{
    [Theory]
    [InlineData("""{ "trustDomain": "a", "scopes": { ¦"s": { "description": "d" } }, "agents": {} }""", "No edge grants scope \"s\"")]
    [InlineData("""{ "trustDomain": "a", "scopes": {}, "agents": { ¦"b": { "project": "b" } } }""", "Nobody can call agent \"b\"")]
    [InlineData("""{ "trustDomain": "a", "scopes": {}, "agents": {}, "operators": { ¦"me": {} } }""", "Operator \"me\" can do nothing")]
    [InlineData("""{ "trustDomain": "a", "scopes": {}, "agents": {}, "services": { ¦"auth-sever": {} } }""", "Did you mean \"auth-server\"?")]
    [InlineData("""¦{ "trustDomain": "a", "scopes": {}, "agents": {}, "lifetimes": { "x509Svid": "00:01:00" } }""", "lives longer than")]
    public void What_is_probably_not_meant_is_a_warning(string marked, string says) => AssertWarning(marked, says);

    [Fact]
    public void An_edge_that_no_request_can_justify_is_a_warning() => AssertWarning(Calling("oauth", "read"), "nobody may call \"middle\" with \"ask\"");

    [Fact]
    public void An_edge_of_an_agent_that_serves_without_tokens_is_a_warning() => AssertWarning(Calling("mtls", "ask"), "what it serves carries no scopes");

    [Fact]
    public void A_scope_that_no_request_can_justify_is_a_warning() => AssertWarning("""
        { "trustDomain": "a",
          "scopes": { "ask": { "description": "d" }, "read": { "description": "d" } },
          "agents": {
            "middle": { "project": "m", "calls": {
              ¦"end": { "scopes": ["ask", { "scope": "read", "when": ["read"] }], "when": ["ask"] } } },
            "end": { "project": "e", "calls": { "middle": { "scopes": ["read"], "when": ["read"] } } } },
          "operators": { "me": { "calls": { "middle": { "scopes": ["ask"] } } } } }
        """, "Scope \"read\" of middle -> end can never be used: nobody may call \"middle\" with \"ask\", \"read\".");

    [Fact]
    public void An_edge_that_a_request_can_justify_is_fine() => Assert.Empty(MeshManifest.Parse(
        Calling("oauth", "ask").Replace("¦", "", StringComparison.Ordinal)).Warnings);

    private static string Calling(string auth, string granted) => $$"""
        { "trustDomain": "a",
          "scopes": { "ask": { "description": "d" }, "read": { "description": "d" } },
          "agents": {
            "middle": { "project": "m", "auth": "{{auth}}", "calls": { ¦"end": { "scopes": ["ask", "read"], "when": ["ask"] } } },
            "end": { "project": "e" } },
          "operators": { "me": { "calls": { "middle": { "scopes": ["{{granted}}"] } } } } }
        """;

    private static void AssertWarning(string marked, string says)
    {
        var offset = marked.IndexOf('¦', StringComparison.Ordinal);
        var before = marked[..offset];
        var warning = Assert.Single(MeshManifest.Parse(marked.Remove(offset, 1)).Warnings);
        Assert.False(warning.IsError);
        Assert.Contains(says, warning.Message, StringComparison.Ordinal);
        Assert.Equal((before.Count(character => character == '\n') + 1, offset - before.LastIndexOf('\n')), (warning.Line, warning.Column));
    }
}
