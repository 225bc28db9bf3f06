namespace AgentMesh.Manifest.Tests;

public sealed class PolicyTests
{
    private static readonly MeshManifest Mesh = MeshManifest.Parse("""
        { "trustDomain": "example.org",
          "scopes": {
            "ask": { "description": "Ask" }, "read": { "description": "Read" }, "write": { "description": "Write" },
            "pay": { "description": "Pay", "approval": "human" }, "sell": { "description": "Sell", "approval": "human" } },
          "agents": {
            "a": { "project": "a", "calls": {
              "b": { "scopes": ["read", "write", "pay"], "when": ["ask", "read"] },
              "c": { "scopes": ["pay", "sell"] },
              "d": { "scopes": ["read"] } } },
            "ab": { "project": "ab", "calls": { "a": { "scopes": ["ask", "read"] } } },
            "b": { "project": "b" }, "c": { "project": "c" },
            "d": { "project": "d", "auth": "mtls" } },
          "operators": { "me": { "calls": { "a": { "scopes": ["ask", "read"] } } } } }
        """);

    [Theory]
    [InlineData("read", "ask read", PolicyOutcome.Allowed, null)]
    [InlineData("read write", "read other ask", PolicyOutcome.Allowed, null)]
    [InlineData("  read   write ", " ask  read ", PolicyOutcome.Allowed, null)]
    [InlineData("", "ask read", PolicyOutcome.Allowed, null)]
    [InlineData("read", "ask", PolicyOutcome.NotServing, "read")]
    [InlineData("read", "read", PolicyOutcome.NotServing, "ask")]
    [InlineData("read", "", PolicyOutcome.NotServing, "ask")]
    [InlineData("read", "asks reads", PolicyOutcome.NotServing, "ask")]
    [InlineData("read", "ASK READ", PolicyOutcome.NotServing, "ask")]
    [InlineData("read sell", "ask read", PolicyOutcome.ScopeNotGranted, "sell")]
    [InlineData("read rea", "ask read", PolicyOutcome.ScopeNotGranted, null)]
    [InlineData("Read", "ask read", PolicyOutcome.ScopeNotGranted, null)]
    [InlineData("read\twrite", "ask read", PolicyOutcome.ScopeNotGranted, null)]
    [InlineData("read\0", "ask read", PolicyOutcome.ScopeNotGranted, null)]
    [InlineData("sell", "", PolicyOutcome.ScopeNotGranted, "sell")]
    [InlineData("pay", "ask read", PolicyOutcome.ApprovalRequired, "pay")]
    [InlineData("pay read", "ask read", PolicyOutcome.ApprovalRequired, "pay")]
    [InlineData("pay", "ask", PolicyOutcome.NotServing, "read")]
    [InlineData("pay nonsense", "ask read", PolicyOutcome.ScopeNotGranted, null)]
    public void An_edge_is_judged_by_its_scopes_its_when_and_its_approvals(string scopes, string serving, PolicyOutcome outcome, string? scope)
    {
        var decision = Mesh.Decide("a", "b", scopes, serving);

        Assert.Equal((outcome, scope), (decision.Outcome, decision.Scope));
        Assert.Equal(outcome == PolicyOutcome.Allowed, decision.IsAllowed);
        Assert.Same(Mesh.Agents["a"].Calls["b"], decision.Edge);
    }

    [Fact]
    public void No_scope_named_means_all_that_need_no_approval() =>
        Assert.Equal(["read", "write"], Mesh.Decide("a", "b", "", "ask read").Edge!.ScopesWithoutApproval);

    [Fact]
    public void No_scope_named_on_an_edge_where_all_need_approval_is_not_allowed()
    {
        var decision = Mesh.Decide("a", "c", "", "");

        Assert.Equal((PolicyOutcome.ApprovalRequired, "pay"), (decision.Outcome, decision.Scope));
    }

    [Theory]
    [InlineData("spiffe://example.org/agent/a", true)]
    [InlineData("spiffe://example.org/agent/a/", false)]
    [InlineData("spiffe://example.org/agent/a/x", false)]
    [InlineData("spiffe://example.org/agent/A", false)]
    [InlineData("SPIFFE://example.org/agent/a", false)]
    [InlineData("spiffe://example.com/agent/a", false)]
    [InlineData("spiffe://example.org/agent/", false)]
    [InlineData("spiffe://example.org/operator/a", false)]
    [InlineData(" a", false)]
    [InlineData("a\0", false)]
    [InlineData("", false)]
    public void Parties_are_found_by_their_exact_name_or_id_only(string key, bool known)
    {
        Assert.Equal(known, Mesh.TryGetParty(key, out var party));
        Assert.Equal(known ? "a" : null, party?.Name);
        Assert.Equal(known ? PolicyOutcome.Allowed : PolicyOutcome.UnknownCaller, Mesh.Decide(key, "d", "read", "").Outcome);
        Assert.Equal(known ? PolicyOutcome.Allowed : PolicyOutcome.UnknownCallee, Mesh.Decide("me", key, "ask", "").Outcome);
    }

    [Fact]
    public void An_id_that_begins_with_an_allowed_one_is_another_party()
    {
        Assert.Equal(PolicyOutcome.Allowed, Mesh.Decide("spiffe://example.org/agent/a", "d", "read", "").Outcome);
        Assert.Equal(PolicyOutcome.NoEdge, Mesh.Decide("spiffe://example.org/agent/ab", "d", "read", "").Outcome);
    }

    [Theory]
    [InlineData("b", "a")]
    [InlineData("a", "a")]
    [InlineData("a", "auth-server")]
    [InlineData("a", "spiffe://example.org/service/workload-api")]
    [InlineData("a", "me")]
    [InlineData("auth-server", "a")]
    public void Without_an_edge_there_is_no_call(string caller, string callee)
    {
        var decision = Mesh.Decide(caller, callee, "", "ask read");

        Assert.Equal(PolicyOutcome.NoEdge, decision.Outcome);
        Assert.Null(decision.Edge);
        Assert.False(Mesh.TryGetEdge(caller, callee, out _));
    }

    [Fact]
    public void An_mtls_callee_learns_a_peers_scopes_from_the_edge()
    {
        Assert.True(Mesh.TryGetEdge("spiffe://example.org/agent/a", "d", out var edge));
        Assert.True(edge.Allows("read"));
        Assert.False(edge.Allows("rea"));
        Assert.False(edge.Allows("write"));
        Assert.False(edge.Allows(""));
        Assert.False(Mesh.TryGetEdge("spiffe://example.org/agent/ab", "d", out _));
    }

    [Fact]
    public void What_can_be_asked_of_a_callee_is_the_union_of_its_edges()
    {
        Assert.Equal(["ask", "read"], Mesh.ScopesOf("a").Order());
        Assert.Equal(["pay", "read", "write"], Mesh.ScopesOf("spiffe://example.org/agent/b").Order());
        Assert.Empty(Mesh.ScopesOf("ab"));
        Assert.Empty(Mesh.ScopesOf("nobody"));
        Assert.Equal(["ab", "me"], Mesh.Agents["a"].CalledBy.Select(edge => edge.Caller.Name));
    }

    [Theory]
    [InlineData("nobody", "b", "", "", "The caller is not in the manifest.")]
    [InlineData("a", "nobody", "", "", "The callee that a asks for is not in the manifest.")]
    [InlineData("b", "a", "", "", "b may not call a: the manifest has no such edge.")]
    [InlineData("a", "console", "", "", "a may not call console: it is a service, and only agents can be called.")]
    [InlineData("a", "b", "sell", "", "a may call b, but not with scope sell.")]
    [InlineData("a", "b", "x\u001b[31m", "", "a may not have a scope at b that the manifest does not know.")]
    [InlineData("a", "b", "read", "", "a may call b only while serving a request that carries scope ask.")]
    [InlineData("a", "b", "pay", "ask read", "a may call b with scope pay only after a person has approved the action.")]
    [InlineData("a", "b", "read", "ask read", "a may call b.")]
    public void A_decision_explains_itself(string caller, string callee, string scopes, string serving, string sentence) =>
        Assert.Equal(sentence, Mesh.Decide(caller, callee, scopes, serving).ToString());

    [Fact]
    public void No_decision_is_not_allowed()
    {
        Assert.False(default(PolicyDecision).IsAllowed);
        Assert.Equal("Nothing was decided, so nothing is allowed.", default(PolicyDecision).ToString());
    }

    [Fact]
    public void What_a_manifest_says_cannot_be_changed_through_what_it_returns()
    {
        var edge = Mesh.Agents["a"].Calls["b"];

        Assert.False(edge.Scopes is string[] or List<string>);
        Assert.False(edge.When is string[] or List<string>);
        Assert.False(Mesh.Agents is Dictionary<string, Party>);
        Assert.False(Mesh.Scopes is Dictionary<string, ScopeDefinition>);
        Assert.False(Mesh.Agents["a"].Calls is Dictionary<string, Edge>);
        Assert.False(Mesh.Operators["me"].Permissions is HashSet<string>);
        Assert.False(Mesh.ScopesOf("a") is HashSet<string>);
    }
}
