using AgentMesh.Cli.Demo;
using AgentMesh.Cli.Live;

namespace AgentMesh.Cli.Checks;

/// <summary>All boxes, run against the live mesh.</summary>
internal static class Checklist
{
    private static readonly ICheck[] Boxes =
    [
        new MutualTls(), new Lifetimes(), new Rotation(), new SenderConstrainedTokens(), new LeastPrivilege(), new ZeroStandingPrivilege(),
        new HumanApproval(), new AuditTrail(), new RevocationStream(), new StaticSecrets(), new Clocks(),
    ];

    public static async Task<IReadOnlyList<CheckResult>> RunAsync(RunInfo run, RunningMesh mesh, CancellationToken cancellationToken)
    {
        await using var connection = await OperatorConnection.OpenAsync(mesh, cancellationToken);
        var served = await ServedSvid.ReadAllAsync(mesh, connection.Source, cancellationToken);
        var context = new CheckContext(run, mesh, connection, served, TimeProvider.System);
        List<CheckResult> results = [];
        foreach (var box in Boxes)
            results.Add(await TryAsync(box, context, cancellationToken));
        return results;
    }

    // A box that cannot be looked into is not green.
    internal static async Task<CheckResult> TryAsync(ICheck box, CheckContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await box.RunAsync(context, cancellationToken);
        }
        catch (Exception e) when (e is not OutOfMemoryException && !cancellationToken.IsCancellationRequested)
        {
            return CheckResult.Red(box.Name, "Let this be looked at, then run `mesh check` again.", e.Message);
        }
    }
}
