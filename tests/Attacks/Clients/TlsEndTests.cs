using AgentMesh.Attacks.Tests.Mesh;
using AgentMesh.Attacks.Tests.Threats;
using AgentMesh.Auth;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Clients;

/// <summary>
/// TLS ends before the authorization server, so that parties prove themselves to it with JWT-SVIDs, and to each other with mutual TLS and tokens that are bound to a
/// key (RFC 9449). Whoever ends the TLS sees assertions, proofs and tokens pass.
/// </summary>
[Proves("SC1", "DP1")]
public sealed class TlsEndTests
{
    [Fact, Threat("T13")]
    public async Task Parties_behind_it_call_each_other_as_ever()
    {
        await using var mesh = await AttackMesh.StartBehindAnEndOfTlsAsync();
        await using var advisor = await mesh.StartAsync("advisor");
        await using var local = new LibraryCaller(mesh, "local", "advisor", "portfolio.advise", issuer: null, AttackMesh.BehindAnEndOfTls);

        for (var call = 0; call < 3; call++)
            Allowed.By(advisor, await local.PostAsync(new Uri(advisor.Address, "/ask")));

        Assert.Equal("mtls+dpop", advisor.Audit.Last.Authentication);
        Assert.Equal("jwt-svid+dpop", mesh.Issuer.Audit.Events.Last(e => e.Action == "token-exchange").Authentication);
        Assert.Single(mesh.End!.Seen);
    }

    [Fact, Threat("T13")]
    public async Task A_revocation_reaches_a_callee_behind_it()
    {
        await using var mesh = await AttackMesh.StartBehindAnEndOfTlsAsync();
        await using var advisor = await mesh.StartAsync("advisor");
        await using var local = new LibraryCaller(mesh, "local", "advisor", "portfolio.advise", issuer: null, AttackMesh.BehindAnEndOfTls);
        Allowed.By(advisor, await local.PostAsync(new Uri(advisor.Address, "/ask")));
        using var desk = mesh.Workload("local");

        Allowed.By(mesh.Issuer, await desk.PostAsync("parties/local/disable"));

        // Until then the token in its hands is good; after it, the advisor refuses it and the server gives no other.
        var refused = await Assert.ThrowsAsync<AgentAuthorizationException>(async () =>
        {
            while (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                mesh.Clock.Advance(TimeSpan.FromMilliseconds(50));
                await local.PostAsync(new Uri(advisor.Address, "/ask"));
            }
        });
        Assert.Equal("unauthorized_client", refused.Code);
        Assert.Contains(advisor.Audit.Events, e => e is { Decision: "deny", Reason: "agent_revoked" });
    }

    [Fact, Threat("T13")]
    public async Task What_it_saw_pass_is_worth_nothing_when_sent_again()
    {
        await using var mesh = await AttackMesh.StartBehindAnEndOfTlsAsync();
        await using var advisor = await mesh.StartAsync("advisor");
        await using var local = new LibraryCaller(mesh, "local", "advisor", "portfolio.advise", issuer: null, AttackMesh.BehindAnEndOfTls);
        Allowed.By(advisor, await local.PostAsync(new Uri(advisor.Address, "/ask")));
        Assert.True(mesh.End!.Seen.TryDequeue(out var seen));

        Refused.By(mesh.Issuer, await mesh.End.SendAsync(mesh, seen.Form, seen.Proof), 400, "invalid_dpop_proof", "dpop_proof_replayed");
        Refused.By(mesh.Issuer, await mesh.End.SendAsync(mesh, seen.Form, null), 400, "invalid_request", "sender_constraint_required");
    }

    [Fact, Threat("T06")]
    public async Task A_token_that_it_has_issued_to_a_key_of_its_own_opens_no_callee()
    {
        await using var mesh = await AttackMesh.StartBehindAnEndOfTlsAsync();
        await using var advisor = await mesh.StartAsync("advisor");
        await using var local = new LibraryCaller(mesh, "local", "advisor", "portfolio.advise", issuer: null, AttackMesh.BehindAnEndOfTls);
        Allowed.By(advisor, await local.PostAsync(new Uri(advisor.Address, "/ask")));
        Assert.True(mesh.End!.Seen.TryDequeue(out var seen));
        using var prover = new TestProver();

        // While the assertion lives, it can do that much. To call anybody it would have to be the client on the connection too.
        var issued = await mesh.End.SendAsync(mesh, seen.Form, prover.Prove("POST", new Uri(mesh.Issuer.Name, "token").AbsoluteUri, mesh.Clock.GetUtcNow()));
        Allowed.By(mesh.Issuer, issued);
        using var thief = mesh.Workload("trader");
        var address = new Uri(advisor.Address, "/ask").AbsoluteUri;

        Refused.By(advisor, await thief.CallProvenAsync(address, issued.Token, prover.Prove("POST", address, mesh.Clock.GetUtcNow(), issued.Token)), 401, "actor_mismatch");
    }

    [Fact, Threat("T13")]
    public async Task A_JWT_SVID_alone_reads_events_and_changes_nothing()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var local = mesh.Workload("local");
        using var withoutCertificate = new HttpClient(AttackClient.CreateHandler(null)) { BaseAddress = mesh.Issuer.Address };

        Assert.Equal(200, await PostAsync("events/s", """{"returnImmediately":true}"""));
        Assert.Equal(401, await PostAsync("parties/advisor/disable", "{}"));
        Assert.Equal(("deny", "no_client_credential"), (mesh.Issuer.Audit.Last.Decision, mesh.Issuer.Audit.Last.Reason));
        Assert.Equal(401, await PostAsync("approvals/x/approve", "{}"));
        Allowed.By(mesh.Issuer, await local.PostAsync("parties/advisor/disable"));

        async Task<int> PostAsync(string path, string json)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, null, "application/json") };
            request.Headers.Authorization = new("Bearer", local.JwtSvid());
            using var answer = await withoutCertificate.SendAsync(request, TestContext.Current.CancellationToken);
            return (int)answer.StatusCode;
        }
    }
}
