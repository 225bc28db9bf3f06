namespace AgentMesh.Manifest.Tests;

public sealed class LintTests
{
    [Fact]
    public void The_repositorys_manifest_leaves_nothing_to_ask() =>
        Assert.Empty(PolicyAnalysis.Lint(MeshManifest.Load(Repository.File("mesh.json"))));

    [Theory]
    [InlineData("order.execute", "x", "execute")]
    [InlineData("funds.transfer", "x", "transfer")]
    [InlineData("files.delete", "x", "delete")]
    [InlineData("x", "Deleting files", "Deleting")]
    [InlineData("x", "Makes payments", "payments")]
    [InlineData("adminPanel", "x", "admin")]
    [InlineData("crm.write", "x", "write")]
    public void A_high_risk_scope_without_approval_is_asked_about(string name, string description, string word) =>
        Assert.Contains(Messages(Granting(name, description)), message => message.Contains($"sounds high-risk ({word})", StringComparison.Ordinal));

    [Theory]
    [InlineData("market.read", "Read price history")]
    [InlineData("payload.view", "See the payload of a message")]
    [InlineData("design", "Assign a designer")]
    public void A_harmless_scope_is_not_asked_about(string name, string description) => Assert.Empty(Messages(Granting(name, description)));

    [Fact]
    public void A_high_risk_scope_with_approval_is_not_asked_about() =>
        Assert.Empty(Messages(Granting("order.execute", "x").Replace("\"x\" }", "\"x\", \"approval\": \"human\" }", StringComparison.Ordinal)));

    [Fact]
    public void Standing_privilege_is_asked_about_at_its_line()
    {
        var lint = PolicyAnalysis.Lint(MeshManifest.Parse("""
            { "trustDomain": "t", "scopes": { "s": { "description": "s" } },
              "agents": {
                "a": { "project": "a", "calls": { "b": { "scopes": ["s"] } } },
                "b": { "project": "b", "calls": {
                  "c": { "scopes": ["s"] } } },
                "c": { "project": "c" } },
              "operators": { "me": { "calls": { "a": { "scopes": ["s"], } } } } }
            """));

        Assert.Equal([(3, "a -> b is standing"), (5, "b -> c is standing")], lint.Select(each => (each.Line, each.Message[..18])));
        Assert.All(lint, each => Assert.False(each.IsError));
    }

    [Fact]
    public void An_edge_of_which_each_scope_has_a_when_is_no_standing_privilege_and_one_without_makes_it_one()
    {
        Assert.Empty(Messages(Edge("""[{ "scope": "s", "when": ["s"] }]""")));
        Assert.Contains("a -> b is standing privilege", Assert.Single(Messages(Edge("""[{ "scope": "s", "when": ["s"] }, "r"]"""))), StringComparison.Ordinal);

        static string Edge(string scopes) => $$"""
            { "trustDomain": "t", "scopes": { "s": { "description": "s" }, "r": { "description": "r" } },
              "agents": { "a": { "project": "a", "calls": { "b": { "scopes": {{scopes}} } } }, "b": { "project": "b" } },
              "operators": { "me": { "calls": { "a": { "scopes": ["s", "r"] } } } } }
            """;
    }

    [Fact]
    public void A_broad_edge_is_asked_about()
    {
        var scopes = Enumerable.Range(0, 9).Select(number => $"s{number}").ToArray();
        var text = $$"""
            { "trustDomain": "t", "scopes": { {{string.Join(",", scopes.Select(scope => $"\"{scope}\": {{ \"description\": \"d\" }}"))}} },
              "agents": { "a": { "project": "a" } },
              "operators": { "me": { "calls": { "a": { "scopes": [{{string.Join(",", scopes.Select(scope => $"\"{scope}\""))}}] } } } } }
            """;

        Assert.Contains("me -> a grants 9 of 9 scopes", Assert.Single(Messages(text)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_operator_that_approves_what_it_asks_for_is_asked_about() => Assert.Contains("may approve it too", Assert.Single(Messages("""
        { "trustDomain": "t", "scopes": { "pay": { "description": "d", "approval": "human" } }, "agents": { "a": { "project": "a" } },
          "operators": { "me": { "calls": { "a": { "scopes": ["pay"] } }, "may": ["approve"] } } }
        """)), StringComparison.Ordinal);

    [Fact]
    public void An_operator_that_may_do_all_beside_others_is_asked_about() => Assert.Contains("Split that", Assert.Single(Messages("""
        { "trustDomain": "t", "scopes": {}, "agents": {},
          "operators": { "me": { "may": ["approve", "revoke", "audit"] }, "you": { "may": ["audit"] } } }
        """)), StringComparison.Ordinal);

    [Fact]
    public void An_operator_that_may_call_most_agents_is_asked_about() => Assert.Contains("Operator me may call 3 of 4 agents", Assert.Single(Messages("""
        { "trustDomain": "t", "scopes": { "s": { "description": "d" } },
          "agents": { "a": { "project": "a" }, "b": { "project": "b" }, "c": { "project": "c" }, "d": { "project": "d" } },
          "operators": {
            "me": { "calls": { "a": { "scopes": ["s"] }, "b": { "scopes": ["s"] }, "c": { "scopes": ["s"] } } },
            "you": { "calls": { "d": { "scopes": ["s"] } } } } }
        """)), StringComparison.Ordinal);

    [Fact]
    public void An_edge_beyond_the_depth_is_asked_about()
    {
        Assert.DoesNotContain(PolicyAnalysis.Lint(ReachTests.Chain(maxDepth: 3)), each => each.Message.Contains("maxDepth", StringComparison.Ordinal));
        Assert.Contains(PolicyAnalysis.Lint(ReachTests.Chain(maxDepth: 2)),
            each => each.Line == 6 && each.Message.StartsWith("d -> e can be used only in chains of more than 2 actors", StringComparison.Ordinal));
    }

    [Fact]
    public void The_manifests_own_warnings_are_among_it() => Assert.Contains("No edge grants scope \"s\"", Assert.Single(Messages(
        """{ "trustDomain": "t", "scopes": { "s": { "description": "d" } }, "agents": {} }""")), StringComparison.Ordinal);

    [Fact]
    public void A_high_risk_scope_is_not_left_out_behind_two_hundred_other_findings()
    {
        var agents = string.Join(", ", Enumerable.Range(0, 300).Select(i => $"\"a{i}\": {{ \"project\": \"a{i}\" }}"));

        var messages = Messages($$"""
            { "trustDomain": "t", "scopes": { "funds.transfer": { "description": "Move money" } }, "agents": { {{agents}} },
              "operators": { "me": { "calls": { "a0": { "scopes": ["funds.transfer"] } } } } }
            """).ToList();

        Assert.True(messages.Count > 200);
        Assert.Contains(messages, message => message.StartsWith("Scope \"funds.transfer\" sounds high-risk", StringComparison.Ordinal));
    }

    private static string Granting(string scope, string description) => $$"""
        { "trustDomain": "t", "scopes": { "{{scope}}": { "description": "{{description}}" } }, "agents": { "a": { "project": "a" } },
          "operators": { "me": { "calls": { "a": { "scopes": ["{{scope}}"] } } } } }
        """;

    private static IEnumerable<string> Messages(string text) => PolicyAnalysis.Lint(MeshManifest.Parse(text)).Select(each => each.Message);
}
