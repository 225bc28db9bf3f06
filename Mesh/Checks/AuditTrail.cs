using AgentMesh.Cli.Journals;
using AgentMesh.Cli.Live;

namespace AgentMesh.Cli.Checks;

/// <summary>Every journal's chain holds, and the ledger has it.</summary>
internal sealed class AuditTrail : ICheck
{
    private const string Name = "the audit trail is intact and shipped";

    string ICheck.Name => Name;

    private const int Attempts = 30;

    public async Task<CheckResult> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var paths = JournalChecks.In(context.Mesh.AuditDirectory);
        for (var attempt = 1; ; attempt++)
        {
            var checks = await JournalChecks.RunAsync(paths, complete: true, new LiveLedger(context.Connection), cancellationToken);
            if (checks.Where(check => check.Fault is not null).ToList() is [_, ..] faults)
                return CheckResult.Red(Name, "Keep the journals as evidence and follow \"A journal that does not fit\" in docs/operations.md.", faults.Select(check => $"{Path.GetFileName(check.Journal)} record {check.Fault!.Seq}: {check.Fault.Reason}"));
            var missing = context.Run.Children.Keys.Where(name => !paths.Any(path => Path.GetFileNameWithoutExtension(path) == name)).ToList();
            if (missing.Count > 0)
                return CheckResult.Red(Name, "Set Mesh__AuditDirectory for these.", $"no journal: {string.Join(", ", missing)}");
            // Reading the ledger is itself on record, so a journal or two are always a moment behind.
            var behind = checks.Where(check => check.Records > 0 && (check.Shipped is null or 0 || check.Behind > 25)).ToList();
            if (behind.Count == 0)
                return CheckResult.Green(Name, checks.Select(check => $"{Path.GetFileName(check.Journal)}: {check.Records} records, {Math.Min(check.Shipped ?? 0, check.Records)} in the ledger, each hash as it must be"));
            if (attempt == Attempts)
                return CheckResult.Red(Name, "See why in the log of the process: the authorization server must be reachable over mTLS at Mesh__Issuer.", behind.Select(check => $"{Path.GetFileName(check.Journal)}: {check.Records} records, {check.Shipped ?? 0} in the ledger"));
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken);
        }
    }
}
