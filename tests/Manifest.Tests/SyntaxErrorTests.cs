namespace AgentMesh.Manifest.Tests;

public sealed class SyntaxErrorTests
{
    [Theory]
    [InlineData("{ ¦trustDomain: 1 }", "Not JSON from here on")]
    [InlineData("{\n  \"a\": 1\n  ¦\"b\": 2\n}", "Look for a missing comma")]
    [InlineData("{ \"a\": \"ä€😀\", } ¦x }", "Not JSON")]
    [InlineData("{ \"a\": [ ¦", "Not JSON")]
    [InlineData("{ \"ä€\": 1 } ¦{}", "Not JSON")]
    [InlineData("¦", "The file is empty.")]
    [InlineData("  \n ¦", "The file is empty.")]
    [InlineData("// only a comment¦", "Not JSON")]
    [InlineData("¦\0\0\0", "holds NUL bytes")]
    public void Broken_json_is_refused_with_a_column_in_characters(string marked, string says) => Texts.Refused(marked, says);

    [Fact]
    public void The_message_has_no_position_in_bytes() =>
        Assert.DoesNotContain("Byte", Assert.Single(Texts.Errors("{ oops }")).Message, StringComparison.Ordinal);

    [Fact]
    public void Columns_count_characters_not_bytes() =>
        Texts.Refused("""{ "trustDomain": "a", "scopes": { "e": { "description": "ä€😀" }, ¦"s t": { "description": "d" } }, "agents": {} }""", "cannot be a scope");

    [Fact]
    public void Columns_of_broken_json_count_characters_too() => Texts.Refused("{ \"ä€😀\": ¦oops }", "Not JSON");

    [Fact]
    public void Nesting_is_bounded() =>
        Assert.Contains("Nested deeper", Assert.Single(Texts.Errors("{\"a\":" + new string('[', 100_000))).Message, StringComparison.Ordinal);

    [Fact]
    public void Half_a_surrogate_pair_is_refused_escaped_and_raw()
    {
        Texts.Refused(Texts.With("\"$schema\": ¦\"\\ud800\""), "surrogate");
        Texts.Refused(Texts.With("\"$schema\": \"¦\ud800\""), "surrogate");
    }

    [Fact]
    public void Comments_trailing_commas_and_a_byte_order_mark_are_read()
    {
        var mesh = MeshManifest.Parse("\ufeff// who may do what\n{ \"trustDomain\": \"example.org\", /* none yet */ \"scopes\": {}, \"agents\": {}, }");

        Assert.Equal("example.org", mesh.TrustDomain);
    }
}
