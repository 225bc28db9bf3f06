namespace AgentMesh.Manifest.Tests;

public sealed class ReachTests
{
    private static readonly MeshManifest Mesh = MeshManifest.Load(Repository.File("mesh.json"));

    [Fact]
    public void An_idle_advisor_reaches_prices_and_nothing_else() => Assert.Equal(["advisor -> market-data"], Ways(Mesh, "advisor"));

    [Fact]
    public void An_advisor_that_serves_a_question_reaches_what_the_question_justifies()
    {
        var report = PolicyAnalysis.Reach(Mesh, Mesh.Agents["advisor"], ["portfolio.advise"]);

        Assert.Equal(
            ["advisor -> market-data", "advisor -> risk-analyst", "advisor -> trader", "advisor -> risk-analyst -> market-data",
             "advisor -> trader -> market-data", "advisor -> trader -> risk-analyst"],
            report.Edges.Select(reached => reached.ToString()));
        Assert.Equal(["market-data", "risk-analyst", "trader"], report.Agents.Select(agent => agent.Name));
        Assert.Equal([1, 1, 1, 2, 2, 2], report.Edges.Select(reached => reached.Hops));
        var trader = report.Edges[2];
        Assert.Equal(["trade.propose"], trader.Scopes);
        Assert.Equal(["trade.execute"], trader.ScopesWithApproval);
    }

    [Fact]
    public void A_question_about_an_account_justifies_reading_it_besides()
    {
        var report = PolicyAnalysis.Reach(Mesh, Mesh.Agents["advisor"], ["portfolio.advise", "account.read"]);

        Assert.Equal(["account.read", "trade.propose"], report.Edges.Single(reached => reached.ToString() == "advisor -> trader").Scopes);
    }

    [Fact]
    public void A_scope_with_a_when_is_reached_by_the_ways_that_carry_what_it_needs()
    {
        var mesh = MeshManifest.Parse("""
            { "trustDomain": "t", "scopes": { "s": { "description": "s" }, "r": { "description": "r" }, "pay": { "description": "p", "approval": "human" } },
              "agents": {
                "a": { "project": "a", "calls": { "d": { "scopes": ["s"] }, "b": { "scopes": ["r"] }, "e": { "scopes": [{ "scope": "s", "when": ["s"] }] } } },
                "b": { "project": "b", "calls": { "d": { "scopes": ["r"] } } },
                "c": { "project": "c" }, "e": { "project": "e" }, "f": { "project": "f" },
                "d": { "project": "d", "calls": {
                  "c": { "scopes": ["s", { "scope": "r", "when": ["r"] }, { "scope": "pay", "when": ["r", "s"] }] },
                  "f": { "scopes": [{ "scope": "s", "when": ["r", "s"] }] } } } } }
            """);
        var report = PolicyAnalysis.Reach(mesh, mesh.Agents["a"], []);

        // No one request carries both r and s to d, so neither pay nor f is to be had; a's own edge to e needs a request to serve.
        Assert.Equal(["a -> d", "a -> b", "a -> d -> c", "a -> b -> d"], report.Edges.Select(reached => reached.ToString()));
        Assert.Equal(["s", "r"], report.Edges[2].Scopes);
        Assert.Empty(report.Edges[2].ScopesWithApproval);
        Assert.Contains("a -> e", Ways(mesh, "a", "s"));
    }

    [Fact]
    public void Another_tasks_scope_justifies_nothing() =>
        Assert.Equal(["advisor -> market-data"], Ways(Mesh, "advisor", "trade.propose"));

    [Fact]
    public void Who_may_call_nobody_reaches_nobody()
    {
        Assert.Empty(Ways(Mesh, "market-data", "market.read"));
        Assert.Empty(Ways(Mesh, "auth-server"));
    }

    [Fact]
    public void A_request_carries_only_the_scopes_of_its_edge_and_none_that_needs_approval()
    {
        var mesh = MeshManifest.Parse("""
            { "trustDomain": "t", "scopes": { "ask": { "description": "a" }, "read": { "description": "r" }, "pay": { "description": "p", "approval": "human" } },
              "agents": {
                "a": { "project": "a", "calls": { "b": { "scopes": ["read", "pay"] } } },
                "b": { "project": "b", "calls": {
                  "c": { "scopes": ["read"], "when": ["read"] }, "d": { "scopes": ["read"], "when": ["ask"] }, "e": { "scopes": ["read"], "when": ["pay"] } } },
                "c": { "project": "c" }, "d": { "project": "d" }, "e": { "project": "e" } } }
            """);

        Assert.Equal(["a -> b", "a -> b -> c"], Ways(mesh, "a"));
    }

    [Fact]
    public void A_chain_ends_at_the_manifests_depth_and_a_live_task_has_one_actor_more()
    {
        var mesh = Chain(maxDepth: 2);

        Assert.Equal(["a -> b", "a -> b -> c", "a -> b -> c -> d"], Ways(mesh, "a"));
        Assert.Equal(["b -> c", "b -> c -> d"], Ways(mesh, "b", "s"));
    }

    [Fact]
    public void A_chain_does_not_come_back_to_where_it_began()
    {
        Assert.Equal(["a -> b"], Ways(BackThrough("oauth"), "a"));
    }

    [Fact]
    public void A_call_without_a_token_breaks_the_chain_and_may_come_back_with_scopes() =>
        Assert.Equal(["a -> b", "a -> b -> a", "a -> b -> a -> c"], Ways(BackThrough("mtls"), "a"));

    private static MeshManifest BackThrough(string auth) => MeshManifest.Parse($$"""
        { "trustDomain": "t", "scopes": { "s": { "description": "s" } },
          "agents": {
            "a": { "project": "a", "calls": { "b": { "scopes": ["s"] }, "c": { "scopes": ["s"], "when": ["s"] } } },
            "b": { "project": "b", "auth": "{{auth}}", "calls": { "a": { "scopes": ["s"] } } },
            "c": { "project": "c" } } }
        """);

    internal static MeshManifest Chain(int maxDepth) => MeshManifest.Parse($$"""
        { "trustDomain": "t", "maxDepth": {{maxDepth}}, "scopes": { "s": { "description": "s" } },
          "agents": {
            "a": { "project": "a", "calls": { "b": { "scopes": ["s"] } } },
            "b": { "project": "b", "calls": { "c": { "scopes": ["s"], "when": ["s"] } } },
            "c": { "project": "c", "calls": { "d": { "scopes": ["s"], "when": ["s"] } } },
            "d": { "project": "d", "calls": { "e": { "scopes": ["s"], "when": ["s"] } } },
            "e": { "project": "e" } } }
        """);

    private static IEnumerable<string> Ways(MeshManifest mesh, string name, params string[] liveScopes)
    {
        Assert.True(mesh.TryGetParty(name, out var party));
        return PolicyAnalysis.Reach(mesh, party, liveScopes).Edges.Select(reached => reached.ToString());
    }
}
