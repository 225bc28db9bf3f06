using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using AgentMesh.Testing;

namespace AgentMesh.Auth.Tests;

/// <summary>A risk-analyst that is called by an advisor whose token is bound to a key.</summary>
public abstract class DpopCallee : InboundTest
{
    private protected TestProver Prover { get; } = new();

    private protected string Address => new Uri(Callee.Address, "/score").AbsoluteUri;

    public override async ValueTask DisposeAsync()
    {
        Prover.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A token as the authorization server issues it to a client without a certificate.</summary>
    private protected string BoundToken(Action<JsonObject>? confirmation = null) => HonestToken(t =>
    {
        var cnf = new JsonObject { ["jkt"] = Prover.Thumbprint };
        confirmation?.Invoke(cnf);
        t.Claims["cnf"] = cnf;
    });

    private protected string Prove(string token, TestProver? prover = null, Action<JsonObject, JsonObject>? change = null) =>
        (prover ?? Prover).Prove("GET", Address, Mesh.Clock.GetUtcNow(), token, change);

    private protected Task<Raw.Answer> CallAsync(string token, params string[] proofs) => CallAsync("DPoP", token, HttpMethod.Get, "/score", Client, proofs);

    private protected static async Task<Raw.Answer> CallAsync(string scheme, string token, HttpMethod method, string path, HttpClient client, params string[] proofs)
    {
        using var request = new HttpRequestMessage(method, path) { Version = HttpVersion.Version20 };
        request.Headers.Authorization = new AuthenticationHeaderValue(scheme, token);
        if (proofs is [var first, .. var more])
        {
            request.Headers.TryAddWithoutValidation("DPoP", first);
            if (more.Length > 0)
            {
                // .NET would join two values in one line; those of the content get a line of their own.
                request.Content = new StringContent("{}");
                request.Content.Headers.TryAddWithoutValidation("DPoP", more);
            }
        }
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return await Raw.Answer.ReadAsync(response);
    }

    /// <summary>The honest twin.</summary>
    private protected async Task AssertProvenCallPassesAsync(string token)
    {
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(token, Prove(token))).Status);
        Assert.Equal(("allow", "mtls+dpop"), (Callee.Audit.Last.Decision, Callee.Audit.Last.Authentication));
    }
}
