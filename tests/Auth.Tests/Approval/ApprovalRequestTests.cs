using System.Text.Json;
using AgentMesh.Testing;

namespace AgentMesh.Auth.Tests;

public sealed class ApprovalRequestTests : ApprovalTest
{
    [Fact, Proves("CI1", "RA1")]
    public async Task It_is_asked_with_the_token_of_the_request_being_served_and_says_exactly_what_is_to_be_done()
    {
        var served = Mesh.Issuer.Issue(Mesh.SourceOf("local"), "advisor", "portfolio.advise");
        var context = new DelegationContext(TestManifest.IdOf("local"), TestManifest.IdOf("local"), [], ScopeSet.Of("portfolio.advise"), "txn-1",
            new SubjectToken(served, TokenHash.Of(served), Mesh.Clock.GetUtcNow().AddMinutes(5)));
        PendingApproval pending;
        using (context.Activate())
            pending = await PendingAsync();

        var form = Assert.Single(Person.Asks);
        Assert.Equal(served, form["login_hint_token"]);
        Assert.Equal(("trade.execute", TestManifest.IdOf("trader"), Order, "Buy 10 MSFT"), (form["scope"], form["audience"], form["authorization_details"], form["binding_message"]));
        Assert.Equal((Mesh.Clock.GetUtcNow().AddMinutes(2), "trader", "Buy 10 MSFT"), (pending.ExpiresAt, pending.Callee, pending.BindingMessage));
    }

    [Fact]
    public async Task Where_no_request_is_served_the_party_asks_with_its_own_identity()
    {
        await PendingAsync();

        var claims = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(Assert.Single(Person.Asks)["login_hint_token"].Split('.')[1]));
        Assert.Equal(TestManifest.IdOf("advisor"), claims.RootElement.GetProperty("sub").GetString());
    }

    [Fact, Proves("CI1")]
    public async Task A_refusal_is_a_value_with_the_servers_code()
    {
        Person.ShapeAsked = a => (a["error"], a["error_description"]) = ("invalid_binding_message", "Too long.");

        var asked = await AskAsync();

        Assert.Equal(("invalid_binding_message", "Too long."), (asked.Error!.Code, asked.Error.Description));
    }

    [Theory]
    [InlineData("auth_req_id", null)]
    [InlineData("auth_req_id", "")]
    [InlineData("expires_in", "-1")]
    [InlineData("expires_in", "99999999")]
    [InlineData("interval", "0")]
    [InlineData("interval", "86400")]
    public async Task An_answer_that_cannot_be_worked_with_is_refused(string member, string? value)
    {
        Person.ShapeAsked = a => a[member] = long.TryParse(value, out var number) ? number : value;

        Assert.Equal(TokenError.BadAnswer, (await AskAsync()).Error?.Code);
    }

    [Fact]
    public async Task Somebody_whom_the_manifest_does_not_list_is_not_asked_about()
    {
        Assert.Equal("invalid_target", (await AskAsync(callee: "nobody")).Error?.Code);
        Assert.Empty(Person.Asks);
    }

    [Theory, Proves("T30")]
    [InlineData("https://evil.example/bc-authorize", "which is not on the issuer's origin")]
    [InlineData(null, "it offers no approvals")]
    public async Task A_backchannel_endpoint_elsewhere_or_nowhere_is_not_used(string? endpoint, string why)
    {
        Mesh.Issuer.ShapeMetadata = m => m["backchannel_authentication_endpoint"] = endpoint;

        var asked = await AskAsync();

        Assert.Equal(TokenError.BadAnswer, asked.Error?.Code);
        Assert.Contains(why, asked.Error!.Description, StringComparison.Ordinal);
        Assert.Empty(Person.Asks);
    }

    [Fact]
    public async Task Without_an_identity_nobody_is_asked()
    {
        Advisor.Source.Withdrawn = true;

        Assert.Equal(TokenError.Unavailable, (await AskAsync()).Error?.Code);
    }

    [Fact, Proves("T35")]
    public async Task Nothing_that_can_be_printed_shows_what_redeems_it()
    {
        var pending = await PendingAsync();
        Person.Answer("approved");
        var approved = await pending.WaitAsync(Cancellation);

        foreach (var text in new[] { $"{pending}", $"{approved}", $"{approved.Value}", JsonSerializer.Serialize(pending), JsonSerializer.Serialize(approved.Value), string.Join('\n', Advisor.Log.Lines) })
        {
            Assert.DoesNotContain(TestApprovals.RequestId, text, StringComparison.Ordinal);
            Assert.DoesNotContain("eyJ", text, StringComparison.Ordinal);
        }
    }
}
