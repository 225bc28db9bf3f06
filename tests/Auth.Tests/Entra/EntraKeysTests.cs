using System.Net;
using AgentMesh.Testing;

namespace AgentMesh.Auth.Tests.Entra;

/// <summary>Whose keys verify a tenant's tokens.</summary>
public sealed class EntraKeysTests : EntraCalleeTest
{
    [Theory, Proves("T30", "MD1")]
    [InlineData("issuer", "https://login.microsoftonline.com/common/v2.0")]
    [InlineData("issuer", null)]
    [InlineData("jwks_uri", "https://evil.example/keys")]
    [InlineData("jwks_uri", "http://login.microsoftonline.com/keys")]
    [InlineData("jwks_uri", null)]
    public async Task Metadata_of_somebody_else_leads_to_no_keys(string member, string? value)
    {
        Entra.ShapeMetadata = m => m[member] = value;
        await AssertRefusedAsync(Mesh.Issue(), "keys_unavailable", HttpStatusCode.ServiceUnavailable);
        Assert.Equal(0, Entra.KeyReads);

        Entra.ShapeMetadata = null;
        Mesh.Mesh.Clock.Advance(TimeSpan.FromSeconds(6));
        await AssertHonestCallPassesAsync();
    }

    [Fact]
    public async Task A_key_of_another_tenant_verifies_nothing()
    {
        Entra.KeyIssuer = _ => StandInEntra.IssuerOf(Entra.OtherTenant.Id, 2);
        await AssertRefusedAsync(Mesh.Issue(), "token_key_unknown");

        Entra.KeyIssuer = _ => "https://login.microsoftonline.com/{tenantid}/v2.0";
        Mesh.Mesh.Clock.Advance(TimeSpan.FromSeconds(6));
        await AssertHonestCallPassesAsync();
    }

    [Fact]
    public async Task A_new_key_is_read_when_a_token_names_it_and_an_old_one_ends_with_the_list()
    {
        var old = Mesh.Issue();
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync("/score", old)).Status);
        Mesh.Mesh.Clock.Advance(TimeSpan.FromSeconds(6));
        Entra.Keys.RemoveAt(0);
        Entra.Keys.Add(new EntraKey(1));

        await AssertHonestCallPassesAsync();
        await AssertRefusedAsync(old, "token_key_unknown");
        Assert.Equal(2, Entra.KeyReads);
    }
}

/// <summary>A callee whose app registration has tokens of version 1.</summary>
public sealed class EntraVersion1Tests : EntraCalleeTest
{
    private EntraResource _resource = null!;

    private protected override (string, string?)[] CalleeSettings => [("Mesh:Server:Entra:TokenVersion", "1"), ("Mesh:Server:Entra:Audiences:0", Mesh.RiskAnalyst.AppIdUri)];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _resource = Mesh.RiskAnalyst with { TokenVersion = 1 };
    }

    [Fact]
    public async Task Its_issuer_audience_and_client_stand_in_other_claims()
    {
        var answer = await Client.GetAsync("/score", Issue());
        Assert.Equal((HttpStatusCode.OK, "risk.score"), (answer.Status, Callee.Audit.Last.Scopes));

        await AssertRefusedAsync(Issue(t => t.Claims["appidacr"] = "1"), "token_client_secret");
        await AssertRefusedAsync(Issue(t => t.Claims["ver"] = "2.0"), "token_malformed");
        // Version 2 has another issuer name, which this callee does not know.
        await AssertRefusedAsync(Mesh.Issue(), "token_algorithm");
    }

    private string Issue(Action<EntraToken>? shape = null) => Entra.Issue(Entra.Tenant, Mesh.Advisor, _resource, shape);
}
