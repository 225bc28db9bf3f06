using AgentMesh.Testing;

namespace AgentMesh.Spiffe.Tests.Ids;

public sealed class SpiffeIdTests
{
    [Theory, Proves("ID1", "ID2")]
    [InlineData("spiffe://example.org", "example.org", "")]
    [InlineData("spiffe://example.org/agent/advisor", "example.org", "/agent/advisor")]
    [InlineData("spiffe://a/B", "a", "/B")]
    [InlineData("spiffe://10.0.0.1/x", "10.0.0.1", "/x")]
    [InlineData("spiffe://a_b-c.9/_-./...", "a_b-c.9", "/_-./...")]
    public void An_id_has_a_trust_domain_and_a_path(string text, string trustDomain, string path)
    {
        var id = SpiffeId.Parse(text);

        Assert.Equal(trustDomain, id.TrustDomain.Name);
        Assert.Equal(path, id.Path);
        Assert.Equal(text, id.ToString());
        Assert.True(id.MemberOf(TrustDomain.Parse(trustDomain)));
    }

    [Theory, Proves("ID1")]
    [InlineData("")]
    [InlineData("/agent/a")]
    [InlineData("http://example.org/a")]
    [InlineData("SPIFFE://example.org/a")]
    [InlineData("spiffe:/example.org/a")]
    [InlineData("spiffe:example.org/a")]
    [InlineData(" spiffe://example.org/a")]
    [InlineData("spiffe://example.org/a ")]
    [InlineData("spiffe://example.org/a?b=c")]
    [InlineData("spiffe://example.org/a#b")]
    [InlineData("spiffe://example.org:443/a")]
    [InlineData("spiffe://user@example.org/a")]
    [InlineData("spiffe://user:pass@example.org/a")]
    [InlineData("spiffe://example.org/%61")]
    [InlineData("spiffe://ex%61mple.org/a")]
    [InlineData("spiffe://[::1]/a")]
    public void Whatever_else_a_uri_may_have_is_refused(string text) => Assert.False(SpiffeId.TryParse(text, out _));

    [Theory, Proves("ID2")]
    [InlineData("spiffe://")]
    [InlineData("spiffe:///a")]
    [InlineData("spiffe://Example.org/a")]
    [InlineData("spiffe://exämple.org/a")]
    [InlineData("spiffe://example.org/")]
    [InlineData("spiffe://example.org/a/")]
    [InlineData("spiffe://example.org//a")]
    [InlineData("spiffe://example.org/a//b")]
    [InlineData("spiffe://example.org/.")]
    [InlineData("spiffe://example.org/a/..")]
    [InlineData("spiffe://example.org/../a")]
    [InlineData("spiffe://example.org/a\\b")]
    [InlineData("spiffe://example.org/a\0")]
    [InlineData("spiffe://example.org/ä")]
    [InlineData("spiffe://example.org/a~b")]
    public void A_trust_domain_or_path_outside_the_grammar_is_refused(string text)
    {
        Assert.False(SpiffeId.TryParse(text, out _));
        Assert.Throws<FormatException>(() => SpiffeId.Parse(text));
    }

    [Fact, Proves("ID1", "ID2")]
    public void Of_all_characters_only_the_allowed_ones_pass()
    {
        const string inTrustDomain = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
        const string inSegment = inTrustDomain + "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        for (var c = '\0'; c < char.MaxValue; c++)
        {
            // A slash ends a segment, or the trust domain.
            Assert.Equal(inSegment.Contains(c) || c == '/', SpiffeId.TryParse($"spiffe://td/a{c}b", out _));
            Assert.Equal(inTrustDomain.Contains(c) || c == '/', SpiffeId.TryParse($"spiffe://a{c}b", out _));
        }
    }

    [Fact, Proves("ID3")]
    public void Two_thousand_and_forty_eight_bytes_are_accepted_and_one_more_is_not()
    {
        var longest = "spiffe://td/".PadRight(2048, 'a');

        Assert.Equal(longest, SpiffeId.Parse(longest).ToString());
        Assert.False(SpiffeId.TryParse(longest + "a", out _));
        Assert.Throws<FormatException>(() => SpiffeId.Create(TrustDomain.Parse("td"), "/".PadRight(2048, 'a')));
    }

    [Fact, Proves("ID2", "ID3")]
    public void A_trust_domain_has_at_most_255_bytes()
    {
        Assert.True(TrustDomain.TryParse(new string('a', 255), out _));
        Assert.False(TrustDomain.TryParse(new string('a', 256), out _));
        Assert.False(SpiffeId.TryParse($"spiffe://{new string('a', 256)}/a", out _));
    }

    [Fact]
    public void A_trust_domain_is_given_by_name_or_by_its_own_id()
    {
        Assert.Equal(TrustDomain.Parse("example.org"), TrustDomain.Parse("spiffe://example.org"));
        Assert.Equal("spiffe://example.org", TrustDomain.Parse("example.org").Id.ToString());
        Assert.False(TrustDomain.TryParse("spiffe://example.org/a", out _));
        Assert.False(TrustDomain.TryParse("spiffe://spiffe://example.org", out _));
        Assert.False(TrustDomain.TryParse(null, out _));
    }

    [Fact]
    public void Equality_is_of_the_whole_id()
    {
        Assert.True(SpiffeId.Parse("spiffe://td/agent/a") == SpiffeId.Parse("spiffe://td/agent/a"));
        Assert.True(SpiffeId.Parse("spiffe://td/agent/a") != SpiffeId.Parse("spiffe://td/agent/A"));
        Assert.False(Authorize.Id(SpiffeId.Parse("spiffe://td/agent/a"))(SpiffeId.Parse("spiffe://td/agent/ab")));
        Assert.False(Authorize.Id(SpiffeId.Parse("spiffe://td/agent/a"))(SpiffeId.Parse("spiffe://td/agent/a/x")));
        Assert.False(Authorize.OneOf()(SpiffeId.Parse("spiffe://td/agent/a")));
        Assert.False(Authorize.MemberOf(TrustDomain.Parse("td"))(SpiffeId.Parse("spiffe://td.x/agent/a")));
    }

    [Fact]
    public void The_text_of_an_id_costs_nothing()
    {
        var id = SpiffeId.Parse("spiffe://td/agent/a");

        Assert.Same(id.ToString(), id.ToString());
    }
}
