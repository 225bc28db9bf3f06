using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using AgentMesh.Testing;

namespace AgentMesh.Spiffe.Tests.Jwt;

/// <summary>An authority, and whether a token of it is a JWT-SVID for <see cref="Audience"/>.</summary>
public abstract class JwtFixture : IDisposable
{
    protected const string Audience = "https://auth.mesh.test/";
    protected static readonly SpiffeId Advisor = SpiffeId.Parse("spiffe://mesh.test/agent/advisor");

    protected JwtFixture() => Bundles = new StaticSource(null, [], [Authority.JwtBundle]);

    protected TestAuthority Authority { get; } = new("mesh.test");

    protected StaticSource Bundles { get; }

    protected static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Authority.Dispose();
    }

    protected JwtSvidValidation Validate(string token, TimeSpan skew = default) => JwtSvidValidator.Validate(token, Bundles, Audience, Now, skew);

    protected JwtSvidValidation Validate(JwtShape shape) => Validate(Authority.IssueJwt(Advisor, Audience, shape: shape));

    protected static Dictionary<string, JsonNode?> Set(string name, JsonNode? value) => new() { [name] = value };

    protected static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    protected static void Refused(string reason, JwtSvidValidation result)
    {
        Assert.False(result.IsValid);
        Assert.Null(result.Svid);
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
    }
}
