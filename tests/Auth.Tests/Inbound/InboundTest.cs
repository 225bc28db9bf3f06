using System.Net;

namespace AgentMesh.Auth.Tests;

/// <summary>A risk-analyst that is called by the advisor, with an honest token at hand.</summary>
public abstract class InboundTest : IAsyncLifetime
{
    private protected TestMesh Mesh { get; private set; } = null!;

    private protected TestAgent Callee { get; private set; } = null!;

    private protected TestSource Advisor { get; private set; } = null!;

    private protected HttpClient Client { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        Mesh = await TestMesh.StartAsync();
        Callee = await Mesh.StartAgentAsync("risk-analyst", Configure);
        Advisor = Mesh.SourceOf("advisor");
        Client = Raw.Client(Mesh, Advisor, Callee.Address);
    }

    public virtual async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Mesh.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected virtual void Configure(TestAgent.Setup setup)
    {
    }

    private protected string HonestToken(Action<TestToken>? shape = null) => Mesh.Issuer.Issue(Advisor, "risk-analyst", "risk.score", shape);

    /// <summary>The honest twin: the same call with a token as it should be.</summary>
    private protected async Task AssertHonestCallPassesAsync(HttpClient? client = null)
    {
        var answer = await (client ?? Client).GetAsync("/score", HonestToken());
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("allow", Callee.Audit.Last.Decision);
    }

    private protected void AssertRefused(Raw.Answer answer, HttpStatusCode status, string reason)
    {
        Assert.Equal((status, reason), (answer.Status, answer.Reason));
        Assert.Equal(("deny", reason), (Callee.Audit.Last.Decision, Callee.Audit.Last.Reason));
    }
}
