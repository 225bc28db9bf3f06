using System.Net;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Http;

namespace AgentMesh.Auth.Tests.Entra;

/// <summary>An advisor whose tokens for the risk analyst come from Entra.</summary>
public sealed class EntraTokenTests : EntraTest
{
    [Fact, Proves("EN1")]
    public async Task The_jwt_svid_is_the_client_assertion()
    {
        var caller = Mesh.Caller();
        var result = await AcquireAsync(caller);

        Assert.True(result.Succeeded, result.ToString());
        var form = Assert.Single(Entra.Requests);
        Assert.Equal("client_credentials", form["grant_type"]);
        Assert.Equal(Mesh.Advisor.ClientId, form["client_id"]);
        Assert.Contains($"{Mesh.RiskAnalyst.AppIdUri}/.default", form["scope"].Split(' '));
        Assert.Equal("urn:ietf:params:oauth:client-assertion-type:jwt-bearer", form["client_assertion_type"]);
        var svid = Spiffe.JwtSvid.ParseUnverified(form["client_assertion"]);
        Assert.Equal((TestManifest.IdOf("advisor"), "api://AzureADTokenExchange"), (svid.Id.ToString(), Assert.Single(svid.Audience)));
    }

    [Fact, Proves("EN1")]
    public async Task A_call_with_entras_token_is_let_in_by_the_callee_it_was_issued_for()
    {
        var callee = await Mesh.StartCalleeAsync();
        var caller = Mesh.Caller();

        using var response = await caller.Client().GetAsync(new Uri(callee.Address, "/score"), Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var allowed = callee.Audit.Last;
        Assert.Equal(("allow", "mtls+entra", "risk.score"), (allowed.Decision, allowed.Authentication, allowed.Scopes));
        Assert.Equal("mtls+entra", caller.Audit.Last.Authentication);
        Assert.Equal((TestManifest.IdOf("advisor"), TestManifest.IdOf("advisor")), (allowed.Caller, allowed.Subject));
        Assert.Equal(0, Mesh.Mesh.Issuer.Exchanges);
    }

    [Fact]
    public async Task A_token_is_used_on_after_the_svid_was_rotated_also_while_entra_cannot_be_reached()
    {
        var callee = await Mesh.StartCalleeAsync();
        var caller = Mesh.Caller(null, ("Mesh:ClientAuthentication", "jwt"));
        using (var before = await caller.Client().GetAsync(new Uri(callee.Address, "/score"), Cancellation))
            Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        Entra.Intercept = _ => TypedResults.StatusCode(503);
        caller.Source.Rotate();

        using var response = await caller.Client().GetAsync(new Uri(callee.Address, "/score"), Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Single(Entra.Requests);
    }

    [Fact]
    public async Task Requests_served_for_different_callers_share_a_token_that_speaks_for_the_agent_alone()
    {
        var callee = await Mesh.StartCalleeAsync();
        var caller = Mesh.Caller();
        foreach (var served in (string[])["local", "trader"])
        {
            var source = Mesh.Mesh.SourceOf(served);
            var token = Mesh.Mesh.Issuer.Issue(source, "advisor", "portfolio.advise");
            var context = new DelegationContext(source.Id.ToString(), source.Id.ToString(), [], ScopeSet.Parse("portfolio.advise"), served,
                new SubjectToken(token, TokenHash.Of(token), Mesh.Mesh.Clock.GetUtcNow().AddMinutes(5)));
            using (context.Activate())
            using (var response = await caller.Client().GetAsync(new Uri(callee.Address, "/score"), Cancellation))
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
        Assert.Single(Entra.Requests);
        Assert.DoesNotContain(callee.Audit.Events, e => e.Subject == TestManifest.IdOf("local"));
    }

    [Fact]
    public async Task Each_acquisition_brings_the_jwt_svid_of_that_moment()
    {
        var svids = new EntraMesh.IssuingSource(Mesh.Mesh.SourceOf("advisor"), Mesh.Mesh.Authority);
        var caller = Mesh.Caller(svids);
        Assert.True((await AcquireAsync(caller)).Succeeded);
        Assert.True((await AcquireAsync(caller)).Succeeded);
        Assert.Equal(1, svids.Fetches);

        // Past the token's end, and past that of the first JWT-SVID.
        Mesh.Mesh.Clock.Advance(TimeSpan.FromHours(2));
        caller.Source.Rotate();
        Assert.True((await AcquireAsync(caller)).Succeeded);

        Assert.Equal(2, svids.Fetches);
        Assert.Equal(2, Entra.Requests.Select(r => r["client_assertion"]).Distinct().Count());
    }

    [Fact]
    public async Task A_token_that_the_callee_refuses_is_replaced_once_by_a_new_one()
    {
        var callee = await Mesh.StartCalleeAsync(("Mesh:Server:KeysMaxAge", "00:10:00"));
        var caller = Mesh.Caller();
        using (var first = await caller.Client().GetAsync(new Uri(callee.Address, "/score"), Cancellation))
            Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        // Entra withdraws the key, and the callee's copy is too old to be used.
        Entra.Keys.RemoveAt(0);
        Entra.Keys.Add(new EntraKey(1));
        Mesh.Mesh.Clock.Advance(TimeSpan.FromMinutes(11));

        using var response = await caller.Client().GetAsync(new Uri(callee.Address, "/score"), Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, Entra.Requests.Count);
    }

    [Fact, Proves("T35")]
    public async Task Neither_assertion_nor_token_is_logged_at_any_level()
    {
        var caller = Mesh.Caller();
        Assert.True((await AcquireAsync(caller)).Succeeded);
        Mesh.Advisor.FederatedCredentials.Clear();
        caller.Source.Rotate();
        Assert.False((await AcquireAsync(caller)).Succeeded);
        Entra.Intercept = _ => TypedResults.StatusCode(500);
        Mesh.Mesh.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.False((await AcquireAsync(Mesh.Caller(null, ("Mesh:Entra:MaxAttempts", "1")))).Succeeded);

        Assert.NotEmpty(caller.Log.Lines);
        Assert.All(Entra.Requests, r => Assert.DoesNotContain(caller.Log.Lines, l => l.Contains(r["client_assertion"].Split('.')[2], StringComparison.Ordinal)));
        Assert.All(Entra.Issued, t => Assert.DoesNotContain(caller.Log.Lines, l => l.Contains(t.Split('.')[2], StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_jwt_svid_that_entra_could_never_match_is_not_sent()
    {
        var svids = new EntraMesh.IssuingSource(Mesh.Mesh.SourceOf("advisor"), Mesh.Mesh.Authority) { Issuer = null };
        var withoutIssuer = await AcquireAsync(Mesh.Caller(svids));
        Assert.Equal("temporarily_unavailable", withoutIssuer.Error?.Code);
        Assert.Contains("jwt_issuer", withoutIssuer.Error!.Description, StringComparison.Ordinal);

        svids = new EntraMesh.IssuingSource(Mesh.Mesh.SourceOf("advisor"), Mesh.Mesh.Authority) { Id = TestMesh.Id("trader") };
        var ofAnother = await AcquireAsync(Mesh.Caller(svids));
        Assert.Contains("registration entry", ofAnother.Error!.Description, StringComparison.Ordinal);
        Assert.Empty(Entra.Requests);

        await AssertHonestAcquisitionAsync();
    }
}
