namespace AgentMesh.Manifest.Tests;

public sealed class IdentityErrorTests
{
    [Theory]
    [InlineData("Example.org", "for example \"example.org\"")]
    [InlineData("spiffe://example.org", "for example \"example.org\"")]
    [InlineData("example.org:8443", "without scheme, port or path")]
    [InlineData("example.org/agents", "is not a trust domain")]
    [InlineData("exämple.org", "is not a trust domain")]
    [InlineData("", "is not a trust domain")]
    public void A_trust_domain_that_spiffe_does_not_know_is_refused(string name, string says) =>
        Texts.Refused($$"""{ "trustDomain": ¦"{{name}}", "scopes": {}, "agents": {} }""", says);

    [Fact]
    public void A_trust_domain_has_at_most_255_bytes()
    {
        Assert.Equal(255, MeshManifest.Parse($$"""{ "trustDomain": "{{new string('a', 255)}}", "scopes": {}, "agents": {} }""").TrustDomain.Length);
        Texts.Refused($$"""{ "trustDomain": ¦"{{new string('a', 256)}}", "scopes": {}, "agents": {} }""", "is not a trust domain");
    }

    [Theory]
    [InlineData("spiffe://{trustDomain}/agent", "must contain {name}")]
    [InlineData("spiffe://example.org/agent/{name}", "must begin with \"spiffe://{trustDomain}/\"")]
    [InlineData("https://{trustDomain}/{name}", "must begin with")]
    [InlineData("spiffe://{trustDomain}/agent/{nmae}", "Did you mean \"{name}\"?")]
    [InlineData("spiffe://{trustDomain}/agent/{name}/", "does not yield SPIFFE IDs")]
    [InlineData("spiffe://{trustDomain}//{name}", "does not yield SPIFFE IDs")]
    [InlineData("spiffe://{trustDomain}/../{name}", "does not yield SPIFFE IDs")]
    [InlineData("spiffe://{trustDomain}/a%20b/{name}", "does not yield SPIFFE IDs")]
    [InlineData("spiffe://{trustDomain}/{name}?x=1", "does not yield SPIFFE IDs")]
    [InlineData("spiffe://{trustDomain}/operator/{name}", "where operators and services have their IDs")]
    [InlineData("spiffe://{trustDomain}/service/{name}", "where operators and services have their IDs")]
    public void A_template_that_yields_no_good_ids_is_refused(string template, string says) =>
        Texts.Refused(Texts.With($$""" "spiffeId": ¦"{{template}}" """), says);

    [Fact]
    public void A_template_may_put_names_where_it_likes()
    {
        var mesh = MeshManifest.Parse(Texts.With(""" "spiffeId": "spiffe://{trustDomain}/ns/mesh/sa/agent-{name}" """));

        Assert.Equal("spiffe://example.org/ns/mesh/sa/agent-front", mesh.Agents["front"].SpiffeId);
    }

    [Fact]
    public void An_agents_id_among_the_operators_is_refused() => Texts.Refused("""
        { "trustDomain": "a", "spiffeId": "spiffe://{trustDomain}/{name}/x", "scopes": {},
          "agents": { ¦"operator": { "project": "a" } } }
        """, "among those of operators and services");

    [Theory]
    [InlineData("Advisor")]
    [InlineData("9lives")]
    [InlineData("risk_analyst")]
    [InlineData("risk-")]
    [InlineData("a/b")]
    [InlineData("a\\n")]
    [InlineData("")]
    [InlineData("a123456789012345678901234567890123456789012345678901234567890123")]
    public void A_name_that_is_no_dns_label_is_refused(string name) =>
        Texts.Refused(Texts.WithAgents($$"""¦"{{name}}": { "project": "a" }"""), "cannot be the name of an agent");

    [Fact]
    public void A_name_belongs_to_one_party_only()
    {
        Texts.Refused(Texts.With(""" "operators": { ¦"front": {} }"""), "already the name of agent front (line 8, column 3)");
        Texts.Refused(Texts.With(""" "services": { ¦"back": {} }"""), "already the name of agent back");
        Texts.Refused(Texts.WithAgents("""¦"auth-server": { "project": "a" }"""), "a service of the mesh itself");
    }

    [Theory]
    [InlineData("/etc", "not relative")]
    [InlineData("C:/x", "not relative")]
    [InlineData("../x", "must stay inside")]
    [InlineData("a/../../x", "must stay inside")]
    [InlineData("./a", "must stay inside")]
    [InlineData("..", "must stay inside")]
    [InlineData("a//b", "empty part")]
    [InlineData("a/", "empty part")]
    [InlineData("", "empty")]
    [InlineData("a\\\\b", "backslashes")]
    [InlineData("a\\u0000b", "control characters")]
    [InlineData("a/{configuration}", "no placeholder")]
    public void A_project_outside_the_manifests_folder_is_refused(string path, string says) =>
        Texts.Refused(Texts.WithAgents($$""" "a": { "project": ¦"{{path}}" } """), says);

    [Theory]
    [InlineData("../mesh", "must stay inside")]
    [InlineData("bin/{config}/mesh", "unknown placeholder")]
    [InlineData("/opt/a\\nb", "control characters")]
    public void A_bad_executable_is_refused(string path, string says) =>
        Texts.Refused(Texts.WithAgents($$""" "a": { "project": "a", "executable": ¦"{{path}}" } """), says);

    [Theory]
    [InlineData("unix", "is not a selector")]
    [InlineData("unix:uid:root", "needs a number")]
    [InlineData("unix:uid", "needs a number")]
    [InlineData("unix:path:bin/x", "absolute path")]
    [InlineData("unix:sha256:ABC", "64 lower-case")]
    [InlineData("unix:pth:/x", "Did you mean \"path\"?")]
    [InlineData("unix:user:", "has no value")]
    public void A_bad_selector_is_refused(string selector, string says) =>
        Texts.Refused(Texts.WithAgents($$""" "a": { "project": "a", "selectors": [¦"{{selector}}"] } """), says);

    [Fact]
    public void Selectors_of_other_attestors_are_kept_as_they_are() =>
        Assert.Equal(["k8s:ns:mesh", "unix:uid:1000"], MeshManifest.Parse(Texts.WithAgents(
            """ "a": { "project": "a", "selectors": ["k8s:ns:mesh", "unix:uid:1000"] } """)).Agents["a"].Selectors);
}
