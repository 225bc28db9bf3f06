using AgentMesh.Testing;

namespace AgentMesh.Spiffe.Tests.Jwt;

/// <summary>Form and header, and what is refused unread.</summary>
public sealed class JwtHeaderTests : JwtFixture
{
    [Theory, Proves("J1")]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("HS256")]
    [InlineData("HS512")]
    [InlineData("ES256K")]
    [InlineData("EdDSA")]
    [InlineData("es256")]
    [InlineData("RS1")]
    [InlineData("")]
    public void Any_other_algorithm_is_refused(string algorithm) =>
        Refused("algorithm is not allowed", Validate(new JwtShape { Header = Set("alg", algorithm) }));

    [Fact, Proves("J1")]
    public void A_token_without_algorithm_is_refused() => Refused("names no algorithm", Validate(new JwtShape { Header = Set("alg", null) }));

    [Theory, Proves("J1")]
    [InlineData("crit")]
    [InlineData("jku")]
    [InlineData("jwk")]
    [InlineData("x5u")]
    [InlineData("x5c")]
    [InlineData("x5t")]
    [InlineData("b64")]
    [InlineData("anything")]
    public void A_header_with_anything_else_in_it_is_refused(string member) =>
        Refused("another member than alg, kid and typ", Validate(new JwtShape { Header = Set(member, "x") }));

    [Theory, Proves("J1")]
    [InlineData("JWT", true)]
    [InlineData("JOSE", true)]
    [InlineData(null, true)]
    [InlineData("jwt", false)]
    [InlineData("at+jwt", false)]
    [InlineData("application/jwt", false)]
    public void The_type_is_jwt_or_jose_or_missing(string? type, bool accepted) =>
        Assert.Equal(accepted, Validate(new JwtShape { Header = Set("typ", type) }).IsValid);

    [Theory, Proves("J1")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a.b")]
    [InlineData("a.b.c.d")]
    [InlineData("a.b.c.d.e")]
    [InlineData("!!.e30.e30")]
    [InlineData("e30=.e30.e30")]
    public void Whatever_is_not_compact_serialization_is_refused(string token) => Assert.False(Validate(token).IsValid);

    [Fact, Proves("J1")]
    public void A_member_that_comes_twice_is_refused() =>
        Assert.False(Validate($"{Encode("""{"alg":"ES256","alg":"ES256"}""")}.{Encode("{}")}.AA").IsValid);

    [Fact, Proves("J1")]
    public void A_megabyte_is_refused_before_it_is_read()
    {
        var token = Authority.IssueJwt(Advisor, Audience, shape: new JwtShape { Claims = Set("x", new string('a', 1 << 20)) });

        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = Validate(token);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Refused("too long", result);
        Assert.InRange(allocated, 0, 4096);
    }

    [Fact, Proves("J1")]
    public void Deep_json_is_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 5000)) + string.Concat(Enumerable.Repeat("]", 5000));

        Refused("cannot be read", Validate($"{Encode("""{"alg":"ES256"}""")}.{Encode($$"""{"a":{{deep}}}""")}.AA"));
        Refused("cannot be read", Validate($"{Encode($$"""{"alg":{{deep}}}""")}.{Encode("{}")}.AA"));
    }
}
