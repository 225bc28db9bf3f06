using System.Text.Json;
using AgentMesh.Manifest.Internal.Reading;

namespace AgentMesh.Manifest.Tests;

public sealed class SchemaTests
{
    private static readonly SchemaDocument Schema = SchemaDocument.Load();

    public static TheoryData<string> ShapeNames => ["", "lifetimes", "scope", "agent", "operator", "service", "edge", "conditionalScope"];

    [Theory]
    [MemberData(nameof(ShapeNames))]
    public void Schema_and_reader_know_the_same_members(string name)
    {
        var (schema, shape) = Find(name);

        Assert.Equal(shape.Members.Order(), schema.GetProperty("properties").EnumerateObject().Select(property => property.Name).Order());
        Assert.Equal(shape.Required.Order(), (schema.TryGetProperty("required", out var required) ? Strings(required) : []).Order());
        Assert.Equal(JsonValueKind.False, schema.GetProperty("additionalProperties").ValueKind);
    }

    [Theory]
    [MemberData(nameof(ShapeNames))]
    public void Every_member_is_described_for_editors(string name)
    {
        foreach (var property in Find(name).Schema.GetProperty("properties").EnumerateObject())
        {
            var described = property.Value.TryGetProperty("description", out _)
                || (property.Value.TryGetProperty("$ref", out var reference)
                    && Schema.Definition(reference.GetString()!["#/$defs/".Length..]).TryGetProperty("description", out _));
            Assert.True(described, property.Name);
        }
    }

    [Fact]
    public void Schema_and_reader_know_the_same_values()
    {
        Assert.Equal(PartiesReader.Authentications, Enumeration("agent", "auth"));
        Assert.Equal(ScopesReader.Approvals, Enumeration("scope", "approval"));
        Assert.Equal(PartiesReader.PermissionNames, Strings(Schema.Definition("operator").GetProperty("properties").GetProperty("may").GetProperty("items").GetProperty("enum")));
        Assert.Equal(SpiffeIdTemplate.Default, Schema.Root.GetProperty("properties").GetProperty("spiffeId").GetProperty("default").GetString());
        Assert.Equal(Limits.ScopesPerEdge, Schema.Definition("scopeList").GetProperty("maxItems").GetInt32());
        Assert.Equal(Limits.ScopesPerEdge, Schema.Definition("edge").GetProperty("properties").GetProperty("scopes").GetProperty("maxItems").GetInt32());
    }

    [Fact]
    public void The_repositorys_manifest_names_the_schema_and_fits_it()
    {
        var text = File.ReadAllText(Repository.File("mesh.json"));
        using var document = JsonDocument.Parse(text);

        Assert.True(File.Exists(Repository.File(document.RootElement.GetProperty("$schema").GetString()!)));
        Assert.True(Schema.Accepts(text));
    }

    [Theory]
    [InlineData(""" "maxDepth": 1 """)]
    [InlineData(""" "maxDepth": 16 """)]
    [InlineData(""" "maxDepth": 0 """)]
    [InlineData(""" "maxDepth": 17 """)]
    [InlineData(""" "maxDepth": "4" """)]
    [InlineData(""" "zebra": 4 """)]
    [InlineData(""" "spiffeId": "spiffe://{trustDomain}/agent/{name}" """)]
    [InlineData(""" "spiffeId": "spiffe://{trustDomain}/ns/{trustDomain}/sa/x-{name}.y" """)]
    [InlineData(""" "spiffeId": "spiffe://{trustDomain}/agent" """)]
    [InlineData(""" "spiffeId": "spiffe://{trustDomain}/operator/{name}" """)]
    [InlineData(""" "spiffeId": "spiffe://{trustDomain}/{name}/" """)]
    [InlineData(""" "spiffeId": "spiffe://{trustDomain}//{name}" """)]
    [InlineData(""" "spiffeId": "spiffe://{trustDomain}/{nmae}/{name}" """)]
    [InlineData(""" "spiffeId": "spiffe://example.org/{name}" """)]
    [InlineData(""" "lifetimes": {} """)]
    [InlineData(""" "lifetimes": { "x509Svid": "01:00:00", "jwtSvid": "00:59:59", "accessToken": "00:05:00" } """)]
    [InlineData(""" "lifetimes": { "x509Svid": "01:00:01" } """)]
    [InlineData(""" "lifetimes": { "x509Svid": "00:00:00" } """)]
    [InlineData(""" "lifetimes": { "jwtSvid": "5m" } """)]
    [InlineData(""" "lifetimes": { "accessToken": "00:05:01" } """)]
    [InlineData(""" "lifetimes": { "accessToken": "00:04:59" } """)]
    [InlineData(""" "lifetimes": { "accessToken": null } """)]
    [InlineData(""" "operators": { "me": {} } """)]
    [InlineData(""" "operators": { "Me": {} } """)]
    [InlineData(""" "operators": { "me-": {} } """)]
    [InlineData(""" "operators": { "m": { "may": [] } } """)]
    [InlineData(""" "operators": { "me": { "may": ["approve", "revoke", "audit"] } } """)]
    [InlineData(""" "operators": { "me": { "may": ["rule"] } } """)]
    [InlineData(""" "operators": { "me": { "may": ["audit", "audit"] } } """)]
    [InlineData(""" "operators": { "me": { "auth": "mtls" } } """)]
    [InlineData(""" "operators": { "me": { "calls": { "front": { "scopes": ["ask"] } } } } """)]
    [InlineData(""" "operators": { "me": { "calls": { "front": { "scopes": [] } } } } """)]
    [InlineData(""" "operators": { "me": { "calls": { "front": {} } } } """)]
    [InlineData(""" "operators": { "me": { "calls": { "front": { "scopes": [1] } } } } """)]
    [InlineData(""" "operators": { "me": { "calls": { "front": { "scopes": [{}] } } } } """)]
    [InlineData(""" "operators": { "me": { "calls": { "front": { "scopes": [{ "scope": "ask" }] } } } } """)]
    [InlineData(""" "operators": { "me": { "calls": { "front": { "scopes": [{ "scope": "ask", "when": [] }] } } } } """)]
    [InlineData(""" "operators": { "me": { "project": "a/b c/é", "selectors": ["unix:uid:1"] } } """)]
    [InlineData(""" "operators": { "me": { "project": "a/../b" } } """)]
    [InlineData(""" "operators": { "me": { "project": "..a/..." } } """)]
    [InlineData(""" "operators": { "me": { "project": "/a" } } """)]
    [InlineData(""" "operators": { "me": { "project": "a/" } } """)]
    [InlineData(""" "operators": { "me": { "project": "C:/a" } } """)]
    [InlineData(""" "operators": { "me": { "project": "a\\b" } } """)]
    [InlineData(""" "operators": { "me": { "project": "a/{configuration}" } } """)]
    [InlineData(""" "operators": { "me": { "selectors": ["unix"] } } """)]
    [InlineData(""" "services": { "console": { "executable": "/opt/console" } } """)]
    [InlineData(""" "services": { "console": { "calls": {} } } """)]
    public void Schema_and_reader_agree(string members)
    {
        var text = Texts.With(members);

        Assert.Equal(ReaderAccepts(text), Schema.Accepts(text));
    }

    [Theory]
    [InlineData("""["read", "ask"]""", true)]
    [InlineData("""["ask", { "scope": "read", "when": ["ask", "read"] }]""", true)]
    [InlineData("""[{ "scope": "read", "when": [] }]""", false)]
    [InlineData("""[{ "scope": "read", "when": "ask" }]""", false)]
    [InlineData("""[{ "scope": "read", "when": ["ask", "ask"] }]""", false)]
    [InlineData("""[{ "scope": "read", "when": ["ask"], "also": 1 }]""", false)]
    [InlineData("""[{ "scope": "read" }]""", false)]
    [InlineData("""[{ "when": ["ask"] }]""", false)]
    [InlineData("""[["read"]]""", false)]
    [InlineData("[]", false)]
    public void Schema_and_reader_agree_on_an_edges_scopes(string scopes, bool accepted)
    {
        var text = Texts.WithCall($$""" "back": { "scopes": {{scopes}}, "when": ["ask"] } """);

        Assert.Equal((accepted, accepted), (ReaderAccepts(text), Schema.Accepts(text)));
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("A", false)]
    [InlineData("a_b.c-d", true)]
    [InlineData("a/b", false)]
    [InlineData("", false)]
    public void Schema_and_reader_agree_on_trust_domains(string name, bool accepted)
    {
        var text = $$"""{ "trustDomain": "{{name}}", "scopes": {}, "agents": {} }""";

        Assert.Equal((accepted, accepted), (ReaderAccepts(text), Schema.Accepts(text)));
    }

    private static bool ReaderAccepts(string text)
    {
        try
        {
            return MeshManifest.Parse(text) is not null;
        }
        catch (ManifestException)
        {
            return false;
        }
    }

    private static (JsonElement Schema, ObjectShape Shape) Find(string name) => name switch
    {
        "" => (Schema.Root, ObjectShape.Mesh),
        "lifetimes" => (Schema.Definition(name), ObjectShape.Lifetimes),
        "scope" => (Schema.Definition(name), ObjectShape.Scope),
        "agent" => (Schema.Definition(name), ObjectShape.Agent),
        "operator" => (Schema.Definition(name), ObjectShape.Operator),
        "service" => (Schema.Definition(name), ObjectShape.Service),
        "conditionalScope" => (Schema.Definition(name), ObjectShape.ConditionalScope),
        _ => (Schema.Definition(name), ObjectShape.Edge),
    };

    private static IEnumerable<string> Enumeration(string definition, string property) =>
        Strings(Schema.Definition(definition).GetProperty("properties").GetProperty(property).GetProperty("enum"));

    private static IEnumerable<string> Strings(JsonElement array) => array.EnumerateArray().Select(item => item.GetString()!);
}
