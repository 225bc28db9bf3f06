using System.Net;

namespace AgentMesh.Auth.Tests;

/// <summary>An advisor that calls a risk-analyst through the library.</summary>
public abstract class OutboundTest : IAsyncLifetime
{
    private protected TestMesh Mesh { get; private set; } = null!;

    private protected TestAgent Callee { get; private set; } = null!;

    private protected TestCaller Caller { get; private set; } = null!;

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync()
    {
        Mesh = await TestMesh.StartAsync();
        Callee = await Mesh.StartAgentAsync("risk-analyst");
        Caller = Mesh.Caller("advisor", Configure);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Mesh.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected virtual void Configure(Microsoft.Extensions.DependencyInjection.IServiceCollection services)
    {
    }

    private protected Task<HttpResponseMessage> CallAsync(string path = "/score") => Caller.Client().GetAsync(new Uri(Callee.Address, path), Cancellation);

    private protected async Task AssertCallPassesAsync()
    {
        using var response = await CallAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    /// <summary>The call is not made, for this reason, and nothing reaches the callee.</summary>
    private protected async Task<AgentAuthorizationException> AssertNotMadeAsync(string code, Func<Task>? call = null)
    {
        var before = Callee.Audit.Events.Count;
        var refused = await Assert.ThrowsAsync<AgentAuthorizationException>(call ?? (() => CallAsync()));
        Assert.Equal(code, refused.Code);
        Assert.Equal(before, Callee.Audit.Events.Count);
        return refused;
    }

    /// <summary>A context as the inbound half sets it while a request is served.</summary>
    private protected DelegationContext Serving(string caller, string scope, DateTimeOffset? expiresAt = null)
    {
        var source = Mesh.SourceOf(caller);
        var token = Mesh.Issuer.Issue(source, "advisor", scope);
        return new DelegationContext(source.Id.ToString(), source.Id.ToString(), [], ScopeSet.Parse(scope), "txn-1",
            new SubjectToken(token, TokenHash.Of(token), expiresAt ?? Mesh.Clock.GetUtcNow().AddMinutes(5)));
    }
}
