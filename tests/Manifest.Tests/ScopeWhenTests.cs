namespace AgentMesh.Manifest.Tests;

/// <summary>A scope of an edge may need more of the request being served than the edge itself.</summary>
public sealed class ScopeWhenTests
{
    private static readonly MeshManifest Mesh = MeshManifest.Parse("""
        { "trustDomain": "example.org",
          "scopes": {
            "ask": { "description": "Ask" }, "read": { "description": "Read" }, "write": { "description": "Write" }, "count": { "description": "Count" },
            "pay": { "description": "Pay", "approval": "human" } },
          "agents": {
            "a": { "project": "a", "calls": {
              "b": { "scopes": [{ "scope": "read", "when": ["read"] }, "count", { "scope": "write", "when": ["read", "write"] }, { "scope": "pay", "when": ["write"] }], "when": ["ask"] },
              "c": { "scopes": ["count", { "scope": "read", "when": ["read"] }] },
              "d": { "scopes": ["pay", { "scope": "read", "when": ["read"] }] },
              "e": { "scopes": [{ "scope": "read", "when": ["read"] }, { "scope": "pay", "when": ["write"] }] } } },
            "b": { "project": "b" }, "c": { "project": "c" }, "d": { "project": "d" }, "e": { "project": "e" } },
          "operators": { "me": { "calls": { "a": { "scopes": ["ask", "read", "write"] } } } } }
        """);

    [Theory]
    [InlineData("b", "read", "ask read", PolicyOutcome.Allowed, null, null)]
    [InlineData("b", "read", "ask", PolicyOutcome.NotServing, "read", "read")]
    [InlineData("b", "read", "ask reads READ rea", PolicyOutcome.NotServing, "read", "read")]
    [InlineData("b", "read", "read", PolicyOutcome.NotServing, "ask", null)]
    [InlineData("b", "count", "ask", PolicyOutcome.Allowed, null, null)]
    [InlineData("b", "count read", "ask", PolicyOutcome.NotServing, "read", "read")]
    [InlineData("b", "read count", "ask", PolicyOutcome.NotServing, "read", "read")]
    [InlineData("b", "write", "ask", PolicyOutcome.NotServing, "read", "write")]
    [InlineData("b", "write", "ask read", PolicyOutcome.NotServing, "write", "write")]
    [InlineData("b", "write", "ask read write", PolicyOutcome.Allowed, null, null)]
    [InlineData("b", "pay", "ask", PolicyOutcome.NotServing, "write", "pay")]
    [InlineData("b", "pay", "ask write", PolicyOutcome.ApprovalRequired, "pay", null)]
    [InlineData("b", "read nonsense", "ask", PolicyOutcome.ScopeNotGranted, null, null)]
    [InlineData("c", "count", "", PolicyOutcome.Allowed, null, null)]
    [InlineData("c", "read", "", PolicyOutcome.NotServing, "read", "read")]
    [InlineData("c", "read", "read", PolicyOutcome.Allowed, null, null)]
    public void Each_requested_scope_is_judged_by_its_own_when_too(string callee, string scopes, string serving, PolicyOutcome outcome, string? scope, string? unjustified)
    {
        var decision = Mesh.Decide("a", callee, scopes, serving);

        Assert.Equal((outcome, scope, unjustified), (decision.Outcome, decision.Scope, decision.Unjustified));
    }

    [Theory]
    [InlineData("b", "ask", "count")]
    [InlineData("b", "ask read", "read count")]
    [InlineData("b", "ask write", "count")]
    [InlineData("b", "ask read write", "read count write")]
    [InlineData("c", "", "count")]
    [InlineData("d", "read", "read")]
    public void No_scope_named_means_those_that_the_request_being_served_justifies(string callee, string serving, string granted)
    {
        var decision = Mesh.Decide("a", callee, "", serving);

        Assert.True(decision.IsAllowed);
        Assert.Equal(granted.Split(' '), decision.Edge!.ScopesFor(serving));
    }

    [Theory]
    [InlineData("b", "read write", PolicyOutcome.NotServing, "ask", null)]
    [InlineData("d", "", PolicyOutcome.ApprovalRequired, "pay", null)]
    [InlineData("e", "", PolicyOutcome.NotServing, "read", "read")]
    [InlineData("e", "write", PolicyOutcome.ApprovalRequired, "pay", null)]
    public void No_scope_named_and_none_left_to_grant_is_a_no(string callee, string serving, PolicyOutcome outcome, string? scope, string? unjustified)
    {
        var decision = Mesh.Decide("a", callee, "", serving);

        Assert.Equal((outcome, scope, unjustified), (decision.Outcome, decision.Scope, decision.Unjustified));
        Assert.Empty(decision.Edge!.ScopesFor(serving));
    }

    [Fact]
    public void The_decision_says_which_scope_needs_what() => Assert.Equal(
        "a may call b with scope write only while serving a request that carries scope read.", Mesh.Decide("a", "b", "write", "ask").ToString());

    [Fact]
    public void An_edge_tells_what_its_scopes_need()
    {
        var edge = Mesh.Agents["a"].Calls["b"];

        Assert.Equal(["read", "count", "write", "pay"], edge.Scopes);
        Assert.Equal(["read", "write"], edge.WhenOf("write"));
        Assert.Empty(edge.WhenOf("count"));
        Assert.Empty(edge.WhenOf("ask"));
        Assert.Equal((true, false), (edge.HasWhen, edge.IsEntryPoint));
        Assert.Equal((true, true), (Mesh.Agents["a"].Calls["c"].HasWhen, Mesh.Agents["a"].Calls["c"].IsEntryPoint));
        Assert.Equal((true, false), (Mesh.Agents["a"].Calls["e"].HasWhen, Mesh.Agents["a"].Calls["e"].IsEntryPoint));
        Assert.Equal((false, true), (Mesh.Operators["me"].Calls["a"].HasWhen, Mesh.Operators["me"].Calls["a"].IsEntryPoint));
        Assert.False(edge.WhenOf("write") is string[] or List<string>);
        Assert.False(edge.ScopesFor("ask") is string[] or List<string>);
    }

    [Fact]
    public void An_explanation_names_what_is_left_out_and_never_disagrees_with_the_decision()
    {
        Assert.Contains("Scope read is left out, for its \"when\" asks that the request being served carry scope read",
            PolicyAnalysis.Explain(Mesh, "a", "b", "", "ask").ToString(), StringComparison.Ordinal);
        string[] asked = ["", "read", "count", "write", "pay", "read count", "count pay write", "ask"];
        string[] served = ["", "ask", "read", "write", "ask read", "ask write", "ask read write"];

        foreach (var (callee, scopes, serving) in from callee in "bcde" from scopes in asked from serving in served select ($"{callee}", scopes, serving))
        {
            var explanation = PolicyAnalysis.Explain(Mesh, "a", callee, scopes, serving);
            Assert.Equal(explanation.Decision.IsAllowed, explanation.Reasons.All(reason => reason.Holds));
            Assert.Equal(Mesh.Decide("a", callee, scopes, serving), explanation.Decision);
        }
    }
}
