using System.Text.Json.Nodes;
using AgentMesh.Attacks.Tests.Mesh;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Http;

namespace AgentMesh.Attacks.Tests.Servers;

/// <summary>Somebody at the authorization server's address sends clients elsewhere with their credentials (RFC 8414 §3.3).</summary>
[Collection(nameof(AttackMesh))]
public sealed class RogueMetadataTests(AttackMesh mesh)
{
    [Theory, Threat("T30")]
    [InlineData("issuer", "https://evil.example/")]
    [InlineData("issuer", null)]
    [InlineData("token_endpoint", "https://evil.example/token")]
    [InlineData("token_endpoint", "http://127.0.0.1/token")]
    [InlineData("jwks_uri", "https://evil.example/jwks")]
    public async Task Metadata_that_speaks_for_another_server_is_refused(string member, string? value)
    {
        var asked = 0;
        await using var rogue = await RogueAsync("auth-server", (context, metadata) =>
        {
            if (context.Request.Path != "/.well-known/oauth-authorization-server")
                Interlocked.Increment(ref asked);
            metadata[member] = value;
        });
        await using var advisor = await mesh.StartAsync("advisor");
        await using var local = new LibraryCaller(mesh, "local", "advisor", "portfolio.advise", new Uri(rogue.Address, "/"));
        await using var honest = new LibraryCaller(mesh, "local", "advisor", "portfolio.advise");

        await local.AssertNotMadeAsync(new Uri(advisor.Address, "/ask"), "server_error");
        Assert.Equal(0, asked);
        Assert.Empty(advisor.Audit.Events);
        Allowed.By(advisor, await honest.PostAsync(new Uri(advisor.Address, "/ask")));
    }

    [Fact, Threat("T30")]
    public async Task A_server_with_anybody_elses_SVID_is_not_the_authorization_server()
    {
        await using var rogue = await RogueAsync("trader", static (_, _) => { });
        await using var advisor = await mesh.StartAsync("advisor");
        await using var local = new LibraryCaller(mesh, "local", "advisor", "portfolio.advise", new Uri(rogue.Address, "/"));
        await using var honest = new LibraryCaller(mesh, "local", "advisor", "portfolio.advise");

        await local.AssertNotMadeAsync(new Uri(advisor.Address, "/ask"), "temporarily_unavailable");
        Assert.Equal(0, rogue.Requests);
        Assert.Empty(advisor.Audit.Events);
        Allowed.By(advisor, await honest.PostAsync(new Uri(advisor.Address, "/ask")));
    }

    [Fact, Threat("T30")]
    public async Task A_callee_with_anybody_elses_SVID_gets_no_token()
    {
        await using var advisor = await mesh.StartAsync("advisor");
        await using var local = new LibraryCaller(mesh, "local", "advisor", "portfolio.advise");
        var refusals = mesh.Trader.Audit.Events.Count;

        // The trader sits at the address where the advisor is thought to be.
        await Assert.ThrowsAsync<HttpRequestException>(() => local.PostAsync(new Uri(mesh.Trader.Address, "/ask")));
        Assert.Contains(local.Log.Lines, line => line.Contains("is not an expected peer", StringComparison.Ordinal));
        Assert.Equal(refusals, mesh.Trader.Audit.Events.Count);
        Allowed.By(advisor, await local.PostAsync(new Uri(advisor.Address, "/ask")));
    }

    private Task<TlsServer> RogueAsync(string identity, Action<HttpContext, JsonObject> lie)
    {
        var source = mesh.SourceOf(identity);
        TlsServer? server = null;
        return StartAsync();

        async Task<TlsServer> StartAsync() => server = await TlsServer.StartAsync(source, source, Authorize.AnyPeer(), mesh.Clock, context =>
        {
            var metadata = new JsonObject
            {
                ["issuer"] = new Uri(server!.Address, "/").ToString(),
                ["token_endpoint"] = new Uri(server.Address, "/token").ToString(),
                ["jwks_uri"] = new Uri(server.Address, "/jwks").ToString(),
            };
            lie(context, metadata);
            return context.Response.WriteAsJsonAsync(metadata);
        });
    }
}
