using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.Auth.Tests.Entra;

/// <summary>A mesh beside a tenant, and what its tests do again and again.</summary>
public abstract class EntraTest : IAsyncLifetime
{
    private protected EntraMesh Mesh { get; private set; } = null!;

    private protected StandInEntra Entra => Mesh.Entra;

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync() => Mesh = await EntraMesh.StartAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await Mesh.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A token for the risk analyst, as the handler gets it.</summary>
    private protected static ValueTask<TokenResult> AcquireAsync(TestCaller caller)
    {
        TestManifest.Manifest.TryGetParty("risk-analyst", out var callee);
        var request = new TokenRequest { Callee = callee!, Scopes = ScopeSet.Parse("risk.score"), Svid = caller.Source.Svid };
        return caller.Services.GetRequiredService<TokenCache>().GetAsync(request, Cancellation);
    }

    /// <summary>The honest twin: with everything as it should be, the advisor gets a token.</summary>
    private protected async Task AssertHonestAcquisitionAsync()
    {
        var result = await AcquireAsync(Mesh.Caller());
        Assert.True(result.Succeeded, result.ToString());
    }
}

/// <summary>A risk analyst that accepts the tenant's tokens, called by hand from the advisor's connection.</summary>
public abstract class EntraCalleeTest : EntraTest
{
    private protected TestAgent Callee { get; private set; } = null!;

    private protected TestSource Advisor { get; private set; } = null!;

    private protected HttpClient Client { get; private set; } = null!;

    private protected virtual (string, string?)[] CalleeSettings => [];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Callee = await Mesh.StartCalleeAsync(CalleeSettings);
        Advisor = Mesh.Mesh.SourceOf("advisor");
        Client = Raw.Client(Mesh.Mesh, Advisor, Callee.Address);
    }

    public override async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected async Task AssertRefusedAsync(string token, string reason, HttpStatusCode status = HttpStatusCode.Unauthorized, string path = "/score", HttpClient? client = null)
    {
        var answer = await (client ?? Client).GetAsync(path, token);
        Assert.Equal((status, reason), (answer.Status, answer.Reason));
        Assert.Equal(("deny", reason), (Callee.Audit.Last.Decision, Callee.Audit.Last.Reason));
    }

    /// <summary>The honest twin.</summary>
    private protected async Task AssertHonestCallPassesAsync(string path = "/score")
    {
        var answer = await Client.GetAsync(path, Mesh.Issue());
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(("allow", "mtls+entra"), (Callee.Audit.Last.Decision, Callee.Audit.Last.Authentication));
    }
}
