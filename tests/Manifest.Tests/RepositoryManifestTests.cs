namespace AgentMesh.Manifest.Tests;

public sealed class RepositoryManifestTests
{
    private static readonly MeshManifest Mesh = MeshManifest.Load(Repository.File("mesh.json"));

    [Fact]
    public void The_repositorys_manifest_has_neither_errors_nor_warnings() => Assert.Empty(Mesh.Warnings);

    [Fact]
    public void It_says_what_it_says()
    {
        Assert.Equal("agentmesh.local", Mesh.TrustDomain);
        Assert.Equal(new Lifetimes(TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5)), Mesh.Lifetimes);
        Assert.Equal(4, Mesh.MaxDepth);
        Assert.Equal(["advisor", "market-data", "risk-analyst", "trader"], Mesh.Agents.Keys);
        Assert.Equal(["local"], Mesh.Operators.Keys);
        Assert.Equal(["registry", "auth-server", "console", "workload-api"], Mesh.Services.Keys);
        Assert.Equal("spiffe://agentmesh.local/agent/advisor", Mesh.Agents["advisor"].SpiffeId);
        Assert.Equal("spiffe://agentmesh.local/operator/local", Mesh.Operators["local"].SpiffeId);
        Assert.Equal("spiffe://agentmesh.local/service/auth-server", Mesh.Services["auth-server"].SpiffeId);
        Assert.Equal(EdgeAuthentication.Mtls, Mesh.Agents["market-data"].Authentication);
        Assert.True(Mesh.Scopes["trade.execute"].NeedsApproval);
        Assert.Equal(["approve", "audit", "revoke"], Mesh.Operators["local"].Permissions.Order());
        Assert.Equal(Repository.Root, Mesh.Root);
        Assert.Equal(Repository.File("mesh.json"), Mesh.Path);
    }

    [Theory]
    [InlineData("local", "advisor", "portfolio.advise", "", PolicyOutcome.Allowed)]
    [InlineData("advisor", "market-data", "market.read", "", PolicyOutcome.Allowed)]
    [InlineData("advisor", "risk-analyst", "risk.score", "portfolio.advise", PolicyOutcome.Allowed)]
    [InlineData("advisor", "risk-analyst", "risk.score", "", PolicyOutcome.NotServing)]
    [InlineData("advisor", "risk-analyst", "trade.execute", "portfolio.advise", PolicyOutcome.ScopeNotGranted)]
    [InlineData("advisor", "trader", "trade.execute", "portfolio.advise", PolicyOutcome.ApprovalRequired)]
    [InlineData("advisor", "trader", "account.read", "portfolio.advise account.read", PolicyOutcome.Allowed)]
    [InlineData("advisor", "trader", "account.read", "portfolio.advise", PolicyOutcome.NotServing)]
    [InlineData("advisor", "trader", "account.read", "account.read", PolicyOutcome.NotServing)]
    [InlineData("trader", "risk-analyst", "risk.score", "portfolio.advise", PolicyOutcome.NotServing)]
    [InlineData("market-data", "trader", "trade.propose", "portfolio.advise", PolicyOutcome.NoEdge)]
    [InlineData("local", "trader", "trade.execute", "portfolio.advise", PolicyOutcome.NoEdge)]
    public void It_decides_as_the_architecture_says(string caller, string callee, string scopes, string serving, PolicyOutcome expected)
    {
        Assert.Equal(expected, Mesh.Decide(caller, callee, scopes, serving).Outcome);
        Assert.Equal(expected, Mesh.Decide(Id(caller), Id(callee), scopes, serving).Outcome);

        static string Id(string name) => Mesh.TryGetParty(name, out var party) ? party.SpiffeId : name;
    }
}
