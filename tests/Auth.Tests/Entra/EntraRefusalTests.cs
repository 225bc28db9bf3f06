using AgentMesh.Testing;
using Microsoft.AspNetCore.Http;

namespace AgentMesh.Auth.Tests.Entra;

/// <summary>What Entra refuses becomes a value with OAuth's code, Entra's code and the fix.</summary>
public sealed class EntraRefusalTests : EntraTest
{
    public static TheoryData<string, string, string[]> Refusals => new()
    {
        { "no federated credential", "invalid_client", ["AADSTS70021", "Add one to application", EntraMesh.OidcIssuer, "api://AzureADTokenExchange"] },
        { "another issuer", "invalid_client", ["AADSTS700211", "issuer \"https://oidc.agentmesh.example\""] },
        { "another subject", "invalid_client", ["AADSTS700213", "subject \"spiffe://agentmesh.local/agent/advisor\""] },
        { "another audience", "invalid_client", ["AADSTS700212", "audience \"api://AzureADTokenExchange\""] },
        { "unpublished keys", "invalid_grant", ["AADSTS50013", ".well-known/openid-configuration", "rsa-2048"] },
        { "expired assertion", "invalid_client", ["AADSTS700024", "clock"] },
        { "unknown application", "unauthorized_client", ["AADSTS700016", "Mesh:Entra:ClientId"] },
        { "disabled application", "unauthorized_client", ["AADSTS7000112", "Enable"] },
        { "unknown tenant", "invalid_request", ["AADSTS90002", "Mesh:Entra:TenantId"] },
        { "unknown resource", "invalid_resource", ["AADSTS500011", "Mesh:Callees:risk-analyst:Entra:AppIdUri"] },
        { "taken for a secret", "invalid_client", ["AADSTS7000215", "client secret"] },
        { "something new", "invalid_grant", ["AADSTS999999", "Entra's own words"] },
    };

    [Theory, Proves("EN1"), MemberData(nameof(Refusals))]
    public async Task An_error_of_entra_says_what_to_mend(string fault, string code, string[] says)
    {
        await AssertHonestAcquisitionAsync();
        var result = await AcquireAsync(CallerWith(fault));

        Assert.Equal(code, result.Error?.Code);
        Assert.All(says, text => Assert.Contains(text, result.Error!.Description, StringComparison.Ordinal));
        Assert.Contains("trace id", result.Error!.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", result.Error.Description, StringComparison.Ordinal);
    }

    private TestCaller CallerWith(string fault)
    {
        var svids = new EntraMesh.IssuingSource(Mesh.Mesh.SourceOf("advisor"), Mesh.Mesh.Authority);
        var (issuer, subject, audience) = Mesh.Advisor.FederatedCredentials.Single();
        (string, string?)[] settings = [];
        switch (fault)
        {
            case "no federated credential":
                Mesh.Advisor.FederatedCredentials.Clear();
                break;
            case "another issuer":
                Mesh.Advisor.FederatedCredentials[0] = ("https://other.example", subject, audience);
                break;
            case "another subject":
                Mesh.Advisor.FederatedCredentials[0] = (issuer, TestManifest.IdOf("trader"), audience);
                break;
            case "another audience":
                Mesh.Advisor.FederatedCredentials[0] = (issuer, subject, "api://other");
                break;
            case "unpublished keys":
                svids.Authority = new TestAuthority("agentmesh.local", Mesh.Mesh.Clock, jwtKey: TestKeyKind.Rsa2048);
                break;
            case "expired assertion":
                svids.Shape = new JwtShape { Claims = new Dictionary<string, System.Text.Json.Nodes.JsonNode?> { ["exp"] = Mesh.Mesh.Clock.GetUtcNow().AddMinutes(-1).ToUnixTimeSeconds() } };
                break;
            case "unknown application":
                settings = [("Mesh:Entra:ClientId", Guid.NewGuid().ToString())];
                break;
            case "disabled application":
                Mesh.Advisor.Disabled = true;
                break;
            case "unknown tenant":
                settings = [("Mesh:Entra:TenantId", Guid.NewGuid().ToString())];
                break;
            case "unknown resource":
                settings = [("Mesh:Callees:risk-analyst:Entra:AppIdUri", "api://nobody")];
                break;
            case "taken for a secret":
                Entra.Intercept = _ => EntraRefusal.InvalidSecret(Mesh.Advisor.ClientId).ToResult(Entra.Now);
                break;
            default:
                Entra.Intercept = _ => new EntraRefusal(999999, "invalid_grant", 400, "Entra's own words.").ToResult(Entra.Now);
                break;
        }
        return Mesh.Caller(svids, settings);
    }

    [Theory]
    [InlineData("<html>", 400)]
    [InlineData("{}", 400)]
    [InlineData("[]", 401)]
    [InlineData("{\"error_codes\":[\"x\"]}", 400)]
    [InlineData("{\"token_type\":\"Bearer\"}", 200)]
    [InlineData("", 200)]
    public async Task Nonsense_from_the_token_endpoint_is_a_failure_with_a_reason(string body, int status)
    {
        Entra.Intercept = _ => TypedResults.Content(body, "application/json", statusCode: status);
        var result = await AcquireAsync(Mesh.Caller());
        Assert.False(result.Succeeded);
        Assert.NotEmpty(result.Error.Description);

        Entra.Intercept = null;
        await AssertHonestAcquisitionAsync();
    }
}
