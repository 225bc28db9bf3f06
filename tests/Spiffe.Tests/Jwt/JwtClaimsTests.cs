using System.Text.Json.Nodes;
using AgentMesh.Testing;

namespace AgentMesh.Spiffe.Tests.Jwt;

/// <summary>Subject, audience and time.</summary>
public sealed class JwtClaimsTests : JwtFixture
{
    [Fact, Proves("J1", "J2")]
    public void A_proper_token_is_accepted_with_its_claims()
    {
        var result = Validate(new JwtShape { Claims = Set("role", new JsonArray("a", 1)) });

        Assert.Null(result.Error);
        Assert.Equal(Advisor, result.Svid!.Id);
        Assert.Equal([Audience], result.Svid.Audience);
        Assert.NotNull(result.Svid.IssuedAt);
        Assert.Equal("[\"a\",1]", result.Svid.Claims["role"].GetRawText());
    }

    [Theory, Proves("J2")]
    [InlineData("advisor")]
    [InlineData("spiffe://mesh.test/agent/advisor/")]
    [InlineData("https://mesh.test/agent/advisor")]
    [InlineData(null)]
    public void A_subject_that_is_no_spiffe_id_is_refused(string? subject) =>
        Refused("sub is not a SPIFFE ID", Validate(new JwtShape { Claims = Set("sub", subject) }));

    [Fact, Proves("J2", "WA9")]
    public void A_subject_of_a_trust_domain_without_bundle_is_refused() =>
        Refused("no bundle for its trust domain other.test", Validate(new JwtShape { Claims = Set("sub", "spiffe://other.test/agent/a") }));

    [Fact, Proves("J2", "WA9")]
    public void A_key_of_another_trust_domain_does_not_count()
    {
        using var other = new TestAuthority("other.test");
        Bundles.Update(null, [], [Authority.JwtBundle, other.JwtBundle]);

        Refused("signature does not verify", Validate(Authority.IssueJwt(SpiffeId.Parse("spiffe://other.test/agent/a"), Audience)));
        Refused("signature does not verify", Validate(other.IssueJwt(Advisor, Audience)));
    }

    [Fact, Proves("J2")]
    public void The_audience_may_be_one_string_or_one_of_several()
    {
        Assert.True(Validate(new JwtShape { Claims = Set("aud", Audience) }).IsValid);
        Assert.True(Validate(new JwtShape { Claims = Set("aud", new JsonArray("other", Audience)) }).IsValid);
    }

    [Fact, Proves("J2")]
    public void A_token_for_somebody_else_is_refused()
    {
        Refused("not for this audience", Validate(Authority.IssueJwt(Advisor, Audience + "x")));
        Refused("not for this audience", Validate(Authority.IssueJwt(Advisor, Audience.ToUpperInvariant())));
        Refused("no aud", Validate(new JwtShape { Claims = Set("aud", null) }));
        Refused("no aud", Validate(new JwtShape { Claims = Set("aud", new JsonArray()) }));
        Refused("no aud", Validate(new JwtShape { Claims = Set("aud", new JsonArray(Audience, 1)) }));
        Refused("no aud", Validate(new JwtShape { Claims = Set("aud", new JsonObject { [Audience] = true }) }));
    }

    [Fact, Proves("J2")]
    public void A_token_without_an_expiry_is_refused()
    {
        Refused("no exp", Validate(new JwtShape { Claims = Set("exp", null) }));
        Refused("no exp", Validate(new JwtShape { Claims = Set("exp", "never") }));
        Refused("no exp", Validate(new JwtShape { Claims = Set("exp", -1) }));
        Refused("no exp", Validate(new JwtShape { Claims = Set("exp", 1e300) }));
    }

    [Fact, Proves("J2")]
    public void Times_at_the_ends_of_the_calendar_are_judged_with_any_skew()
    {
        var (first, last) = (DateTimeOffset.UnixEpoch.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds());
        var minute = TimeSpan.FromMinutes(1);

        Assert.True(Validate(Shaped("exp", last), minute).IsValid);
        Assert.True(Validate(Shaped("nbf", first), minute).IsValid);
        Refused("expired at", Validate(Shaped("exp", first), minute));
        Refused("not valid before", Validate(Shaped("nbf", last), minute));
        Assert.True(JwtSvidValidator.Validate(Shaped("exp", last), Bundles, Audience, DateTimeOffset.MinValue, minute).IsValid);
        Refused("expired at", JwtSvidValidator.Validate(Shaped("exp", last), Bundles, Audience, DateTimeOffset.MaxValue));
        Assert.True(JwtSvidValidator.Validate(Shaped("exp", last), Bundles, Audience, DateTimeOffset.MaxValue, minute).IsValid);

        string Shaped(string claim, long seconds) => Authority.IssueJwt(Advisor, Audience, shape: new JwtShape { Claims = Set(claim, seconds) });
    }

    [Fact, Proves("J2")]
    public void Time_is_the_validators_and_skew_is_only_what_it_allows()
    {
        var expired = Authority.IssueJwt(Advisor, Audience, TimeSpan.FromSeconds(-5));
        Refused("expired at", Validate(expired));
        Assert.True(Validate(expired, TimeSpan.FromSeconds(30)).IsValid);
        var early = new JwtShape { Claims = Set("nbf", Now.AddSeconds(20).ToUnixTimeSeconds()) };
        Refused("not valid before", Validate(early));
        Assert.True(Validate(Authority.IssueJwt(Advisor, Audience, shape: early), TimeSpan.FromSeconds(30)).IsValid);
        Assert.Throws<ArgumentOutOfRangeException>(() => Validate(expired, TimeSpan.FromHours(1)));
    }
}
