using System.Net;
using AgentMesh.Testing;

namespace AgentMesh.Auth.Tests;

[Proves("T27", "AI6")]
public sealed class ApprovedActionTests : ApprovalTest
{
    [Fact]
    public async Task The_approved_request_carries_the_approved_token_and_nothing_is_exchanged()
    {
        using var response = await SendAsync(await ApprovedAsync());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("1 approved, txn True", await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(0, Mesh.Issuer.Exchanges);
        Assert.Null(response.RequestMessage!.Headers.Authorization);
    }

    [Fact]
    public async Task Without_an_approval_the_scope_is_not_even_asked_for()
    {
        await AssertNotSentAsync("approval_required", null);
        Assert.Equal((0, 0), (Mesh.Issuer.Exchanges, Mesh.Issuer.KeyReads));
    }

    [Fact]
    public async Task A_scope_that_needs_no_approval_is_exchanged_for_as_ever()
    {
        using var response = await SendAsync(null, "drafts", "/drafts");

        Assert.Equal((HttpStatusCode.OK, 1), (response.StatusCode, Mesh.Issuer.Exchanges));
    }

    [Fact]
    public async Task It_is_sent_once()
    {
        var action = await ApprovedAsync();
        using var response = await SendAsync(action);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        await AssertNotSentAsync("approval_used", action);
    }

    [Fact]
    public async Task Of_many_requests_at_once_one_is_sent()
    {
        var action = await ApprovedAsync();

        var sent = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                using var response = await SendAsync(action);
                return $"{response.StatusCode}";
            }
            catch (AgentAuthorizationException refused)
            {
                return refused.Code;
            }
        }));

        Assert.Equal(["OK", .. Enumerable.Repeat("approval_used", 7)], sent.Order(StringComparer.Ordinal));
        Assert.Single(Trader.Audit.Events);
    }

    [Fact]
    public async Task It_is_never_sent_to_another_callee_and_that_does_not_use_it_up()
    {
        var action = await ApprovedAsync();
        var risk = await Mesh.StartAgentAsync("risk-analyst");

        var refused = await Assert.ThrowsAsync<AgentAuthorizationException>(() => SendAsync(action, "risk", "/score", risk));

        Assert.Equal("approval_for_another_callee", refused.Code);
        Assert.Equal((0, 0), (Mesh.Issuer.Exchanges, risk.Audit.Events.Count));
        using var response = await SendAsync(action);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task It_is_not_sent_where_other_scopes_are_needed()
    {
        await AssertNotSentAsync("approval_for_other_scopes", await ApprovedAsync(), "drafts", "/drafts");
        Assert.Equal(0, Mesh.Issuer.Exchanges);
    }

    [Fact]
    public async Task It_ends_with_the_SVID_that_fetched_it()
    {
        var action = await ApprovedAsync();
        Advisor.Source.Rotate();

        var refused = await AssertNotSentAsync("approval_svid_rotated", action);

        Assert.Contains("Ask for approval again", refused.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_not_sent_after_its_end()
    {
        var action = await ApprovedAsync();
        Mesh.Clock.Advance(action.ExpiresAt - Mesh.Clock.GetUtcNow());

        await AssertNotSentAsync("approval_expired", action);
    }

    [Fact]
    public async Task A_callee_that_refuses_it_gets_no_exchanged_token_instead()
    {
        Person.ShapeToken = t => t.Claims["aud"] = TestManifest.IdOf("risk-analyst");

        using var response = await SendAsync(await ApprovedAsync());

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal((0, "token_audience"), (Mesh.Issuer.Exchanges, Trader.Audit.Last.Reason));
    }

    [Fact]
    public async Task A_connection_that_breaks_does_not_bring_it_back()
    {
        var action = await ApprovedAsync();
        await Trader.DisposeAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(action));

        await AssertNotSentAsync("approval_used", action);
    }

    private async Task<AgentAuthorizationException> AssertNotSentAsync(string code, ApprovedAction? action, string client = "orders", string path = "/orders")
    {
        var before = Trader.Audit.Events.Count;
        var refused = await Assert.ThrowsAsync<AgentAuthorizationException>(() => SendAsync(action, client, path));
        Assert.Equal(code, refused.Code);
        Assert.Equal(before, Trader.Audit.Events.Count);
        return refused;
    }
}
