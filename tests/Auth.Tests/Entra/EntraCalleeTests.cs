using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AgentMesh.Testing;

namespace AgentMesh.Auth.Tests.Entra;

/// <summary>What a callee that accepts the tenant's tokens asks of them.</summary>
public sealed class EntraCalleeTests : EntraCalleeTest
{
    [Fact, Proves("T06")]
    public async Task A_stolen_token_sent_over_another_agents_connection_is_refused()
    {
        using var thief = Raw.Client(Mesh.Mesh, Mesh.Mesh.SourceOf("trader"), Callee.Address);

        await AssertRefusedAsync(Mesh.Issue(), "actor_mismatch", client: thief);
        await AssertHonestCallPassesAsync();
    }

    [Fact]
    public async Task An_application_that_is_no_party_of_the_mesh_is_refused()
    {
        var stranger = Entra.Tenant.AddApplication();
        stranger.Roles[Mesh.RiskAnalyst.ClientId] = ["risk.score"];

        await AssertRefusedAsync(Entra.Issue(Entra.Tenant, stranger, Mesh.RiskAnalyst), "caller_unknown");
        await AssertHonestCallPassesAsync();
    }

    [Fact, Proves("T12")]
    public async Task The_same_application_in_a_tenant_that_is_not_listed_is_refused()
    {
        // Whoever administers that tenant can add credentials to the application there.
        var there = Entra.OtherTenant.AddApplication(Mesh.Advisor.ClientId);
        there.Roles[Mesh.RiskAnalyst.ClientId] = ["risk.score"];

        await AssertRefusedAsync(Entra.Issue(Entra.OtherTenant, there, Mesh.RiskAnalyst), "token_algorithm");
        await AssertRefusedAsync(Mesh.Issue(t => t.Claims["tid"] = Entra.OtherTenant.Id), "token_issuer");
        await AssertHonestCallPassesAsync();
    }

    [Fact, Proves("T08")]
    public async Task A_token_for_another_resource_or_for_several_is_refused()
    {
        await AssertRefusedAsync(Mesh.Issue(t => t.Claims["aud"] = Guid.NewGuid().ToString()), "token_audience");
        await AssertRefusedAsync(Mesh.Issue(t => t.Claims["aud"] = new JsonArray(Mesh.RiskAnalyst.ClientId, "other")), "token_audience");
        await AssertRefusedAsync(Mesh.Issue(t => t.Claims["aud"] = Mesh.RiskAnalyst.AppIdUri), "token_audience");
        await AssertHonestCallPassesAsync();
    }

    [Theory, Proves("T10", "JB1")]
    [InlineData("""{"alg":"none"}""", "token_algorithm")]
    [InlineData("""{"alg":"RS384"}""", "token_algorithm")]
    [InlineData("""{"alg":"ES256"}""", "token_algorithm")]
    [InlineData("""{"typ":"at+jwt"}""", "token_type")]
    [InlineData("""{"typ":"pop"}""", "token_type")]
    [InlineData("""{"crit":["exp"]}""", "token_header")]
    [InlineData("""{"jku":"https://127.0.0.1/jwks"}""", "token_header")]
    [InlineData("""{"jwk":{"kty":"RSA"}}""", "token_header")]
    [InlineData("""{"nonce":"AQAB"}""", "token_header")]
    [InlineData("""{"kid":"../../key"}""", "token_key_unknown")]
    public async Task A_header_that_entra_does_not_write_is_refused(string members, string reason)
    {
        await AssertRefusedAsync(Mesh.Issue(t =>
        {
            foreach (var (name, value) in JsonNode.Parse(members)!.AsObject())
                t.Header[name] = value?.DeepClone();
        }), reason);
        await AssertHonestCallPassesAsync();
    }

    [Fact, Proves("T10")]
    public async Task A_token_signed_with_the_public_key_as_a_secret_or_with_another_key_is_refused()
    {
        var key = Entra.Keys[0];
        var forged = new EntraToken { Claims = JsonNode.Parse(ClaimsOf(Mesh.Issue()))!.AsObject() };
        forged.Header["alg"] = "HS256";
        await AssertRefusedAsync(forged.Sign(key, data => HMACSHA256.HashData(key.PublicKey(), data)), "token_algorithm");

        var other = new EntraKey(1);
        forged.Header["alg"] = "RS256";
        await AssertRefusedAsync(forged.Sign(key, other.Sign), "token_signature");
        await AssertHonestCallPassesAsync();
    }

    [Theory, Proves("T11")]
    [InlineData("""{"idtyp":"user"}""", "token_not_application")]
    [InlineData("""{"idtyp":null}""", "token_not_application")]
    [InlineData("""{"scp":"risk.score"}""", "token_not_application")]
    [InlineData("""{"azpacr":"1"}""", "token_client_secret")]
    [InlineData("""{"azpacr":"0"}""", "token_client_secret")]
    [InlineData("""{"cnf":{"kid":"x"}}""", "cnf_mismatch")]
    [InlineData("""{"ver":"1.0"}""", "token_malformed")]
    [InlineData("""{"azp":null}""", "token_malformed")]
    [InlineData("""{"tid":null}""", "token_malformed")]
    [InlineData("""{"roles":"risk.score"}""", "token_malformed")]
    [InlineData("""{"exp":"soon"}""", "token_malformed")]
    public async Task A_token_that_is_not_an_applications_own_is_refused(string claims, string reason)
    {
        await AssertRefusedAsync(Mesh.Issue(t =>
        {
            foreach (var (name, value) in JsonNode.Parse(claims)!.AsObject())
            {
                t.Claims.Remove(name);
                if (value is not null)
                    t.Claims[name] = value.DeepClone();
            }
        }), reason);
        await AssertHonestCallPassesAsync();
    }

    [Fact, Proves("T12")]
    public async Task A_token_outside_its_time_or_with_too_long_a_life_is_refused()
    {
        var now = Mesh.Mesh.Clock.GetUtcNow();
        await AssertRefusedAsync(Mesh.Issue(t => t.Claims["exp"] = now.ToUnixTimeSeconds()), "token_expired");
        await AssertRefusedAsync(Mesh.Issue(t => t.Claims["nbf"] = now.AddMinutes(1).ToUnixTimeSeconds()), "token_not_yet_valid");
        // As continuous access evaluation issues them.
        await AssertRefusedAsync(Mesh.Issue(t => t.Claims["exp"] = now.AddHours(24).ToUnixTimeSeconds()), "token_lifetime");

        var honest = Mesh.Issue();
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync("/score", honest)).Status);
        Mesh.Mesh.Clock.Advance(TimeSpan.FromMinutes(61));
        Advisor.Rotate();
        Callee.Source.Rotate();
        using var later = Raw.Client(Mesh.Mesh, Advisor, Callee.Address);
        await AssertRefusedAsync(honest, "token_expired", client: later);
    }

    private static string ClaimsOf(string token) => System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]));
}
