using AgentMesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.Auth.Tests;

/// <summary>The caller's side of the audit trail.</summary>
[Proves("AI8")]
public sealed class CallAuditTests : OutboundTest
{
    [Fact]
    public async Task A_call_that_is_sent_is_on_record_with_the_caller_and_with_the_callee()
    {
        await AssertCallPassesAsync();

        var (sent, taken) = (Assert.Single(Caller.Audit.Events), Callee.Audit.Last);
        Assert.Equal(("call", "allow", null), (sent.Kind, sent.Decision, sent.Reason));
        Assert.Equal((TestManifest.IdOf("advisor"), TestManifest.IdOf("advisor"), TestManifest.IdOf("risk-analyst")), (sent.Party, sent.Caller, sent.Callee));
        Assert.Equal(("GET /score", "risk.score", "mtls+token", "normal"), (sent.Action, sent.Scopes, sent.Authentication, sent.Risk));
        Assert.Equal(AuditFacts.PostureOf(Caller.Source.Svid.Id, Caller.Source.Svid.NotAfter), sent.Posture);
        Assert.Equal((sent.Caller, sent.Callee, sent.Scopes, sent.Posture), (taken.Caller, taken.Callee, taken.Scopes, taken.Posture));
    }

    [Fact]
    public async Task A_call_on_behalf_of_a_request_says_whose()
    {
        using (Serving("local", "portfolio.advise").Activate())
            await AssertCallPassesAsync();

        var sent = Assert.Single(Caller.Audit.Events);
        Assert.Equal((TestManifest.IdOf("local"), "txn-1"), (sent.Subject, sent.TransactionId));
    }

    [Fact]
    public async Task A_call_without_an_identity_is_on_record_as_not_sent()
    {
        Caller.Source.Withdrawn = true;

        await AssertNotMadeAsync("no_identity");

        AssertDenied("no_identity", "not_sent");
    }

    [Fact]
    public async Task A_call_for_which_no_token_is_issued_is_on_record_as_not_sent()
    {
        await Mesh.Issuer.StopAsync();

        var refused = await Assert.ThrowsAsync<AgentAuthorizationException>(() => CallAsync());

        AssertDenied(refused.Code, "not_sent");
    }

    [Fact]
    public async Task Somebody_else_at_the_callees_address_is_on_record()
    {
        var impostor = await Mesh.StartAgentAsync("market-data");

        await Assert.ThrowsAsync<HttpRequestException>(() => Caller.Client().GetAsync(new Uri(impostor.Address, "/score"), Cancellation));

        var denied = Caller.Audit.Last;
        Assert.Equal(("call", "deny", "peer_refused", "connection_closed"), (denied.Kind, denied.Decision, denied.Reason, denied.Remediation));
    }

    [Fact]
    public async Task The_answer_to_a_call_that_cannot_be_recorded_is_not_used()
    {
        await using var caller = Mesh.Caller("advisor", services => services.AddSingleton<IAuditLog>(new BrokenAuditLog()));

        var refused = await Assert.ThrowsAsync<AgentAuthorizationException>(() => caller.Client().GetAsync(new Uri(Callee.Address, "/score"), Cancellation));

        Assert.Equal("audit_unavailable", refused.Code);
        await AssertCallPassesAsync();
    }

    private void AssertDenied(string reason, string remediation)
    {
        var denied = Assert.Single(Caller.Audit.Events);
        Assert.Equal(("call", "deny", reason, remediation), (denied.Kind, denied.Decision, denied.Reason, denied.Remediation));
        Assert.Equal((TestManifest.IdOf("risk-analyst"), "risk.score"), (denied.Callee, denied.Scopes));
    }

    // Fails when the record was to become durable, not when it was handed over.
    private sealed class BrokenAuditLog : IAuditLog
    {
        public async ValueTask WriteAsync(AuditEvent auditEvent, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            throw new AuditException("The disk is full.");
        }
    }
}
