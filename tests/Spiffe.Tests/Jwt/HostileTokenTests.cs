using System.Buffers.Text;
using System.Text;
using AgentMesh.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace AgentMesh.Spiffe.Tests.Jwt;

/// <summary>Whatever text arrives, validation answers; it never throws and never accepts.</summary>
public sealed class HostileTokenTests : IDisposable
{
    private readonly TestAuthority _authority = new("mesh.test");
    private readonly StaticSource _bundles;

    public HostileTokenTests() => _bundles = new StaticSource(null, [], [_authority.JwtBundle]);

    public void Dispose() => _authority.Dispose();

    private bool IsValid(string token) => JwtSvidValidator.Validate(token, _bundles, "me", TimeProvider.System.GetUtcNow()).IsValid;

    [Fact, Proves("J1", "J2")]
    public void No_changed_character_of_a_token_is_accepted()
    {
        var token = _authority.IssueJwt(_authority.Id("/agent/a"), "me");
        Assert.True(IsValid(token));

        Prop.ForAll(Gen.Choose(0, token.Length - 1).Zip(ArbMap.Default.GeneratorFor<char>()).ToArbitrary(), change =>
        {
            var (position, c) = change;
            var changed = $"{token[..position]}{c}{token[(position + 1)..]}";
            return changed == token || !IsValid(changed);
        }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(1000));
    }

    [Fact, Proves("J1")]
    public void The_unused_bits_of_the_last_character_are_not_free_to_choose()
    {
        var token = _authority.IssueJwt(_authority.Id("/agent/a"), "me");
        // 64 bytes of signature end in a character with four bits nobody reads; a second spelling would be a second token.
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var others = alphabet.Where(c => c != token[^1]).Count(c => IsValid(token[..^1] + c));

        Assert.Equal(0, others);
    }

    [Fact, Proves("J1")]
    public void Arbitrary_text_never_throws() => Prop.ForAll(ArbMap.Default.ArbFor<string[]>(), parts =>
    {
        var texts = parts.Select(static p => p ?? "").ToList();
        return !IsValid(string.Join('.', texts)) && !IsValid(string.Join('.', texts.Select(static t => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(t)))));
    }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(1000));

    [Fact, Proves("J1", "J2")]
    public void Arbitrary_values_of_members_never_throw() => Prop.ForAll(
        Gen.Elements("alg", "kid", "typ", "sub", "aud", "exp", "nbf", "iat").Zip(Gen.Elements(
            "null", "true", "0", "-1", "1e400", "1e-400", "99999999999999999999", "\"\"", "\"\\ud800\"", "[]", "{}", "[[]]", "[null]", "\"\\u0000\"", "\"spiffe://\"")).ToArbitrary(),
        change =>
        {
            var (name, value) = change;
            var expires = TimeProvider.System.GetUtcNow().AddMinutes(5).ToUnixTimeSeconds();
            var header = name is "alg" or "kid" or "typ" ? $$"""{"{{name}}":{{value}}}""" : """{"alg":"ES256"}""";
            var claims = name is "alg" or "kid" or "typ" ? "{}" : $$"""{"sub":"spiffe://mesh.test/a","aud":"me","exp":{{expires}},"x":1}"""
                .Replace($"\"{name}\":", $"\"{name}\":{value},\"y\":", StringComparison.Ordinal);
            return !IsValid($"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}.AA");
        }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(500));
}
