namespace AgentMesh.Manifest.Tests;

public sealed class ShapeErrorTests
{
    [Theory]
    [InlineData("""¦"lifetime": {}""", "Did you mean \"lifetimes\"?")]
    [InlineData("""¦"MaxDepth": 3""", "Did you mean \"maxDepth\"?")]
    [InlineData("""¦"zebra": {}""", "is not a member of the manifest.")]
    [InlineData("""¦"trustDomain": "example.com" """, "the first is at line 1, column 3")]
    [InlineData(""" "lifetimes": ¦[]""", "This is an array, but lifetimes must be an object.")]
    [InlineData(""" "lifetimes": { ¦"x509svd": "00:30:00" }""", "Did you mean \"x509Svid\"?")]
    [InlineData(""" "operators": { "me": { ¦"auth": "mtls" } }""", "is not a member of an operator.")]
    [InlineData(""" "operators": { "me": { "may": ["approve", ¦"revok"] } }""", "Did you mean \"revoke\"?")]
    [InlineData(""" "operators": { "me": { "may": ["audit", ¦"audit"] } }""", "stands twice")]
    [InlineData(""" "operators": { "me": { "may": ¦"audit" } }""", "must be an array")]
    [InlineData(""" "services": { "console": { ¦"calls": {} } }""", "is not a member of a service.")]
    [InlineData(""" "maxDepth": ¦0""", "from 1 to 16")]
    [InlineData(""" "maxDepth": ¦17""", "from 1 to 16")]
    [InlineData(""" "maxDepth": ¦2.5""", "from 1 to 16")]
    [InlineData(""" "maxDepth": ¦99999999999999999999""", "from 1 to 16")]
    [InlineData(""" "maxDepth": ¦"4" """, "This is a string, but \"maxDepth\" must be a number.")]
    public void A_wrong_member_is_refused_at_its_place(string marked, string says) => Texts.Refused(Texts.With(marked), says);

    [Theory]
    [InlineData("""¦{ "scopes": {}, "agents": {} }""", "\"trustDomain\" is missing")]
    [InlineData("""¦{ "trustDomain": "a", "agents": {} }""", "\"scopes\" is missing")]
    [InlineData("""¦{ "trustDomain": "a", "scopes": {} }""", "\"agents\" is missing")]
    [InlineData("""{ "trustDomain": "a", "scopes": { "s": ¦{} }, "agents": {} }""", "\"description\" is missing")]
    [InlineData("""{ "trustDomain": "a", "scopes": { "s": { "description": ¦" " } }, "agents": {} }""", "Describe scope \"s\"")]
    [InlineData("""{ "trustDomain": "a", "scopes": { "s": { "description": "d", "approval": ¦"humans" } }, "agents": {} }""", "Did you mean \"human\"?")]
    [InlineData("""{ "trustDomain": "a", "scopes": { "s": { "description": "d", "approval": ¦true } }, "agents": {} }""", "must be a string")]
    [InlineData("""{ "trustDomain": "a", "scopes": { ¦"s t": { "description": "d" } }, "agents": {} }""", "cannot be a scope")]
    [InlineData("""{ "trustDomain": "a", "scopes": {}, "agents": { "b": ¦{} } }""", "\"project\" is missing")]
    [InlineData("""{ "trustDomain": "a", "scopes": {}, "agents": { "b": ¦null } }""", "This is null, but an agent must be an object.")]
    [InlineData("""{ "trustDomain": "a", "scopes": {}, "agents": { "b": { "project": "b", "auth": ¦"mTLS" } } }""", "Did you mean \"mtls\"?")]
    [InlineData("""¦[]""", "This is an array, but the manifest must be an object.")]
    public void What_must_be_there_is_asked_for(string marked, string says) => Texts.Refused(marked, says);

    [Fact]
    public void All_errors_are_reported_at_once_and_in_order()
    {
        var errors = Texts.Errors("""
            {
              "trustDomain": "EXAMPLE.org",
              "maxDepth": 0,
              "scopes": { "ask": { "descripton": "x" } },
              "agents": { "a": { "project": "../x", "calls": { "b": { "scopes": ["aks"] }, } } },
            }
            """);

        Assert.Equal([2, 3, 4, 4, 5, 5, 5], errors.Select(error => error.Line));
        Assert.Contains("for example \"example.org\"", errors[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_exceptions_message_lists_file_line_and_column()
    {
        var exception = Assert.Throws<ManifestException>(() => MeshManifest.Parse(Texts.With("\"maxDepth\": 0,\n \"zebra\": 1"), "deploy/mesh.json"));

        Assert.Contains("2 problems in the manifest:", exception.Message, StringComparison.Ordinal);
        Assert.Contains("deploy/mesh.json(12,15): error: \"maxDepth\"", exception.Message, StringComparison.Ordinal);
        Assert.Contains("deploy/mesh.json(13,2): error: \"zebra\"", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Thousands_of_errors_are_cut_short()
    {
        var agents = string.Join(",", Enumerable.Range(0, 5000).Select(number => $"\"A{number}\": {{}}"));
        var exception = Assert.Throws<ManifestException>(() => MeshManifest.Parse(Texts.WithAgents(agents)));

        Assert.Equal(201, exception.Diagnostics.Count);
        Assert.Contains("and 181 more", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_cannot_steer_the_terminal()
    {
        var error = Assert.Single(Texts.Errors(Texts.With("\"\\u001b[31m\\n\\u202e\": 1")));

        Assert.DoesNotContain(error.ToString(), character => char.IsControl(character) || character == '\u202e');
    }
}
