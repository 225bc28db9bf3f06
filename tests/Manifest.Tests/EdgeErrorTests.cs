namespace AgentMesh.Manifest.Tests;

public sealed class EdgeErrorTests
{
    [Theory]
    [InlineData("""¦"bakc": { "scopes": ["read"] }""", "Did you mean \"back\"?")]
    [InlineData("""¦"front": { "scopes": ["read"] }""", "calls itself")]
    [InlineData("""¦"auth-server": { "scopes": ["read"] }""", "is a service, and only agents can be called")]
    [InlineData(""" "back": ¦{ "when": ["ask"] }""", "\"scopes\" is missing")]
    [InlineData(""" "back": { "scopes": ¦[] }""", "An edge without scopes")]
    [InlineData(""" "back": { "scopes": [¦"raed"] }""", "Did you mean \"read\"?")]
    [InlineData(""" "back": { "scopes": ["read", ¦"read"] }""", "stands twice")]
    [InlineData(""" "back": { "scopes": [¦1] }""", "must be a string")]
    [InlineData(""" "back": { "scopes": ¦"read" }""", "must be an array")]
    [InlineData(""" "back": { "scopes": ["read"], "when": ¦[] }""", "would make this an entry point")]
    [InlineData(""" "back": { "scopes": ["read"], "when": [¦"asks"] }""", "Did you mean \"ask\"?")]
    [InlineData(""" "back": { "scopes": ["read"], ¦"whn": ["ask"] }""", "Did you mean \"when\"?")]
    [InlineData(""" "back": { "scopes": ["read"] }, ¦"back": { "scopes": ["ask"] }""", "stands here a second time")]
    [InlineData(""" "data": { "scopes": ["read"], "when": ¦["ask"] }""", "no token carries what is being served")]
    [InlineData(""" "data": { "scopes": ["read", ¦"pay"] }""", "needs approval, but \"data\" has \"auth\": \"mtls\"")]
    [InlineData(""" "back": { "scopes": [{ "scope": ¦"raed", "when": ["ask"] }] }""", "Did you mean \"read\"?")]
    [InlineData(""" "back": { "scopes": [{ "scope": "read", "when": [¦"asks"] }] }""", "Did you mean \"ask\"?")]
    [InlineData(""" "back": { "scopes": ["ask", { "scope": "read", ¦"whn": ["ask"], "when": ["ask"] }] }""", "Did you mean \"when\"?")]
    [InlineData(""" "back": { "scopes": [¦{ "scope": "read" }] }""", "\"when\" is missing")]
    [InlineData(""" "back": { "scopes": [¦{ "when": ["ask"] }] }""", "\"scope\" is missing")]
    [InlineData(""" "back": { "scopes": [{ "scope": ¦["read"], "when": ["ask"] }] }""", "must be a string")]
    [InlineData(""" "back": { "scopes": [{ "scope": "read", "when": ¦"ask" }] }""", "must be an array")]
    [InlineData(""" "back": { "scopes": [{ "scope": "read", "when": ¦[] }] }""", "Name the scopes that justify the call")]
    [InlineData(""" "back": { "scopes": [{ "scope": "read", "when": ["ask", ¦"ask"] }] }""", "stands twice in \"when\"")]
    [InlineData(""" "back": { "scopes": [{ "scope": "read", "when": ["ask"] }, ¦"read"] }""", "stands twice in \"scopes\"")]
    [InlineData(""" "back": { "scopes": ["read", { "scope": ¦"read", "when": ["ask"] }] }""", "stands twice in \"scopes\"")]
    [InlineData(""" "back": { "scopes": [{ "scope": "read", "when": ["ask"] }, ¦1] }""", "must be a string")]
    [InlineData(""" "data": { "scopes": [{ "scope": "read", "when": ¦["ask"] }] }""", "no token carries what is being served")]
    public void A_bad_edge_is_refused_at_its_place(string marked, string says) => Texts.Refused(Texts.WithCall(marked), says);

    [Fact]
    public void An_operator_never_serves_so_its_edges_have_no_when() => Texts.Refused(
        Texts.With(""" "operators": { "me": { "calls": { "front": { "scopes": ["ask"], "when": ¦["ask"] } } } }"""), "never serves");

    [Fact]
    public void Nor_have_the_scopes_of_its_edges() => Texts.Refused(
        Texts.With(""" "operators": { "me": { "calls": { "front": { "scopes": [{ "scope": "ask", "when": ¦["ask"] }] } } } }"""), "never serves");

    [Fact]
    public void An_operator_cannot_be_called() => Texts.Refused("""
        { "trustDomain": "a", "scopes": { "s": { "description": "d" } },
          "agents": { "a": { "project": "a", "calls": { ¦"me": { "scopes": ["s"] } } } },
          "operators": { "me": {} } }
        """, "is an operator, and only agents can be called");

    [Fact]
    public void An_edge_has_at_most_64_scopes()
    {
        var scopes = Enumerable.Range(0, 65).Select(number => $"s{number}").ToArray();
        var text = $$"""
            { "trustDomain": "a", "scopes": { {{string.Join(",", scopes.Select(scope => $"\"{scope}\": {{ \"description\": \"d\" }}"))}} },
              "agents": { "a": { "project": "a", "calls": { "b": { "scopes": ¦[{{string.Join(",", scopes.Select(scope => $"\"{scope}\""))}}] } } }, "b": { "project": "b" } } }
            """;
        Texts.Refused(text, "at most 64 scopes");
        Texts.Refused(text.Replace("¦[\"s0\"", "¦[{ \"scope\": \"s0\", \"when\": [\"s1\"] }", StringComparison.Ordinal), "at most 64 scopes");
    }
}
