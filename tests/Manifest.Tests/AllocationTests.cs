namespace AgentMesh.Manifest.Tests;

public sealed class AllocationTests
{
    private static readonly MeshManifest Mesh = MeshManifest.Load(Repository.File("mesh.json"));

    [Theory]
    [InlineData("spiffe://agentmesh.local/agent/advisor", "risk-analyst", "risk.score", "portfolio.advise", PolicyOutcome.Allowed)]
    [InlineData("advisor", "spiffe://agentmesh.local/agent/trader", "trade.propose trade.execute", "portfolio.advise", PolicyOutcome.ApprovalRequired)]
    [InlineData("advisor", "trader", "", "portfolio.advise", PolicyOutcome.Allowed)]
    [InlineData("advisor", "trader", "account.read", "portfolio.advise account.read", PolicyOutcome.Allowed)]
    [InlineData("advisor", "trader", "account.read trade.propose", "portfolio.advise", PolicyOutcome.NotServing)]
    [InlineData("advisor", "trader", "trade.propose", "a b c", PolicyOutcome.NotServing)]
    [InlineData("advisor", "trader", "not.known", "portfolio.advise", PolicyOutcome.ScopeNotGranted)]
    [InlineData("advisor", "local", "trade.propose", "", PolicyOutcome.NoEdge)]
    [InlineData("advisor", "spiffe://agentmesh.local/agent/nobody", "", "", PolicyOutcome.UnknownCallee)]
    [InlineData("spiffe://elsewhere/agent/advisor", "trader", "", "", PolicyOutcome.UnknownCaller)]
    public void A_decision_allocates_nothing(string caller, string callee, string scopes, string serving, PolicyOutcome expected)
    {
        var others = 0;
        var allocated = AllocatedBy(() =>
        {
            if (Mesh.Decide(caller, callee, scopes, serving).Outcome != expected)
                others++;
        });

        Assert.Equal(0, others);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void A_look_up_allocates_nothing() => Assert.Equal(0, AllocatedBy(() =>
    {
        Mesh.TryGetParty("spiffe://agentmesh.local/agent/trader", out _);
        _ = Mesh.ScopesOf("trader").Count;
        _ = Mesh.TryGetEdge("spiffe://agentmesh.local/agent/trader", "market-data", out var edge) && edge.Allows("market.read");
    }));

    /// <summary>
    /// What 10,000 questions allocate, the least of several rounds: the runtime itself now and then grows a table on the thread that
    /// happens to run, but a question that allocates does so in every round.
    /// </summary>
    private static long AllocatedBy(Action question)
    {
        question();
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var times = 0; times < 10_000; times++)
                question();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
