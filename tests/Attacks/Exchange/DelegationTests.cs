using AgentMesh.Attacks.Tests.Mesh;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Exchange;

/// <summary>Delegation ends: chains have a length, go nowhere twice, die with the token they come from, and never become something unbound.</summary>
[Collection(nameof(AttackMesh))]
public sealed class DelegationTests(AttackMesh mesh)
{
    [Fact, Threat("T20")]
    public async Task A_chain_of_actors_ends_where_the_manifest_says()
    {
        using var advisor = mesh.Workload("advisor");
        using var riskAnalyst = mesh.Workload("risk-analyst");
        using var auditor = mesh.Workload("auditor");
        var atAuditor = (await riskAnalyst.ExchangeAsync(await mesh.ScoreTokenAsync(advisor), "auditor", "relay")).Token;
        Assert.Equal(advisor.Id, (string?)Jwt.Claims(atAuditor)["act"]!["act"]!["sub"]);

        // local -> advisor -> risk-analyst -> auditor -> archive: three actors, and the manifest allows two.
        Refused.By(mesh.Issuer, await auditor.ExchangeAsync(atAuditor, "archive", "relay"), 400, "invalid_request", "too_deep");
        Allowed.By(mesh.Issuer, await auditor.BeginAsync("archive", "relay"));
    }

    [Fact, Threat("T20")]
    public async Task A_chain_never_returns_to_somebody_who_is_in_it()
    {
        using var advisor = mesh.Workload("advisor");
        using var riskAnalyst = mesh.Workload("risk-analyst");
        var atRiskAnalyst = await mesh.ScoreTokenAsync(advisor);

        // A -> B -> A: the edge exists, but not in this task.
        Refused.By(mesh.Issuer, await riskAnalyst.ExchangeAsync(atRiskAnalyst, "advisor", "relay"), 400, "invalid_request", "loop");
        Allowed.By(mesh.Issuer, await riskAnalyst.ExchangeAsync(atRiskAnalyst, "auditor", "relay"));
        Allowed.By(mesh.Issuer, await riskAnalyst.BeginAsync("advisor", "relay"));
    }

    [Fact, Threat("T20")]
    public async Task A_chain_never_returns_to_whom_it_began_with()
    {
        using var riskAnalyst = mesh.Workload("risk-analyst");
        using var advisor = mesh.Workload("advisor");
        var begun = (await riskAnalyst.BeginAsync("advisor", "relay")).Token;
        var justified = mesh.Issuer.Resign(begun, c => c["scope"] = "portfolio.advise");

        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(justified, "risk-analyst", "risk.score"), 400, "invalid_request", "loop");
        Allowed.By(mesh.Issuer, await advisor.ExchangeAsync(justified, "trader", "trade.propose"));
    }

    [Theory, Threat("T22")]
    [InlineData("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token")]
    [InlineData("requested_token_type", "urn:ietf:params:oauth:token-type:id_token")]
    [InlineData("scope", "risk.score offline_access")]
    public async Task A_refresh_token_is_never_issued(string parameter, string value)
    {
        using var advisor = mesh.Workload("advisor");
        var advice = await mesh.AdviceTokenAsync();

        var answer = await advisor.ExchangeAsync(advice, "risk-analyst", null, (parameter, value));

        Assert.Equal((400, "invalid_request", "deny"), (answer.Status, answer.Error, mesh.Issuer.Audit.Last.Decision));
        var honest = await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score");
        Allowed.By(mesh.Issuer, honest);
        Assert.False(honest.Body.ContainsKey("refresh_token"));
    }

    [Fact, Threat("T22")]
    public async Task A_bound_token_is_never_exchanged_into_an_unbound_one()
    {
        using var advisor = mesh.Workload("advisor");
        var advice = await mesh.AdviceTokenAsync();
        (string, string)[] form =
        [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"), ("subject_token", advice), ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("audience", "risk-analyst"), ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe"), ("client_assertion", advisor.JwtSvid()),
        ];
        using var withoutCertificate = new HttpClient(Testing.AttackClient.CreateHandler(null)) { BaseAddress = mesh.Issuer.Address };
        using var body = new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Item1, f.Item2)));

        var answer = await Answer.ReadAsync(await withoutCertificate.PostAsync(new Uri("token", UriKind.Relative), body, TestContext.Current.CancellationToken));

        Refused.By(mesh.Issuer, answer, 400, "invalid_request", "sender_constraint_required");
        var bound = await advisor.PostAsync("token", form);
        Allowed.By(mesh.Issuer, bound);
        Assert.Equal(advisor.Svid.Thumbprint, (string?)Jwt.Claims(bound.Token)["cnf"]!["x5t#S256"]);
    }

    [Fact, Threat("T22")]
    public async Task An_unbound_token_is_not_exchanged_at_all()
    {
        using var advisor = mesh.Workload("advisor");
        var advice = await mesh.AdviceTokenAsync();

        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(mesh.Issuer.Resign(advice, c => c.Remove("cnf")), "risk-analyst", "risk.score"), 400, "invalid_request", "subject_token_invalid");
        Allowed.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score"));
    }
}
