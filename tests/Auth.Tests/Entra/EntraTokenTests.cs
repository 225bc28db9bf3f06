using AgentMesh.Testing;

namespace AgentMesh.Auth.Tests.Entra;

/// <summary>The outbound half: an advisor whose tokens for the risk analyst come from Entra.</summary>
public sealed class EntraTokenTests : IAsyncLifetime
{
    private EntraMesh _mesh = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _mesh = await EntraMesh.StartAsync();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact, Proves("EN1")]
    public async Task The_jwt_svid_is_the_client_assertion()
    {
        var caller = _mesh.Caller();
        var result = await AcquireAsync(caller);

        Assert.True(result.Succeeded, result + string.Join("\n", caller.Log.Lines));
        var form = Assert.Single(_mesh.Entra.Requests);
        Assert.Equal("client_credentials", form["grant_type"]);
        Assert.Equal(_mesh.Advisor.ClientId, form["client_id"]);
        Assert.Contains($"{_mesh.RiskAnalyst.AppIdUri}/.default", form["scope"].Split(' '));
        Assert.Equal("urn:ietf:params:oauth:client-assertion-type:jwt-bearer", form["client_assertion_type"]);
        var svid = Spiffe.JwtSvid.ParseUnverified(form["client_assertion"]);
        Assert.Equal((TestManifest.IdOf("advisor"), "api://AzureADTokenExchange"), (svid.Id.ToString(), Assert.Single(svid.Audience)));
    }

    private static async Task<TokenResult> AcquireAsync(TestCaller caller)
    {
        var cache = (TokenCache)caller.Services.GetService(typeof(TokenCache))!;
        TestManifest.Manifest.TryGetParty("risk-analyst", out var callee);
        return await cache.GetAsync(new TokenRequest { Callee = callee!, Scopes = ScopeSet.Parse("risk.score"), Svid = caller.Source.Svid }, Cancellation);
    }
}
