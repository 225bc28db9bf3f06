namespace AgentMesh.Mesh.Tests;

/// <summary>A person at the terminal decides.</summary>
public sealed class TerminalApprovalTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task A_request_for_approval_appears_where_the_person_types_and_is_decided_there()
    {
        await using var mesh = MeshRun.StartOnTerminal(_sandbox, "up");
        await mesh.UntilAsync("type a question");

        await mesh.TypeAsync("Buy 10 MSFT for port-abc");
        await mesh.UntilAsync("type approve or deny");
        Assert.Contains("trader will buy 10 MSFT for the account port-abc", mesh.Output, StringComparison.Ordinal);
        await mesh.TypeAsync("sure, whatever");
        await mesh.UntilAsync("a request for approval waits: type approve or deny");
        Assert.DoesNotContain("An order executed", mesh.Output, StringComparison.Ordinal);
        await mesh.TypeAsync("approve");
        await mesh.UntilAsync("An order executed: ledger transaction tx-");

        await mesh.TypeAsync("Buy 5 IBM for port-abc");
        await mesh.UntilAsync("trader will buy 5 IBM for the account port-abc");
        await mesh.TypeAsync("deny");
        await mesh.UntilAsync("operator local denied it");

        await mesh.TypeAsync("How much cash is there?");
        await mesh.UntilAsync("cash 99712,");
    }

    [Fact]
    public async Task Without_a_terminal_it_is_said_how_to_decide()
    {
        await using var mesh = MeshRun.Start(_sandbox, "up");
        await mesh.UntilAsync("the mesh is up");

        await using var ask = MeshRun.Start(_sandbox, "ask", "Buy 10 MSFT for port-abc");
        await mesh.UntilAsync("decide with `mesh approve ");

        Assert.Matches(@"decide with `mesh approve \S+` or `mesh deny \S+`", mesh.Output);
        Assert.Contains("trader will buy 10 MSFT for the account port-abc", mesh.Output, StringComparison.Ordinal);
    }
}
