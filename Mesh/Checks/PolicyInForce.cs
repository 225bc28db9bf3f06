using System.Text;
using AgentMesh.Auth;
using AgentMesh.Cli.Demo;
using AgentMesh.Cli.Journals;

namespace AgentMesh.Cli.Checks;

/// <summary>Whether the manifest that is looked at is the one that the mesh's processes decide by: they read it when they start.</summary>
internal static class PolicyInForce
{
    /// <returns>Null: it is.</returns>
    public static CheckResult? FindOther(string box, CheckContext context)
    {
        var manifest = context.Mesh.Manifest;
        return context.OtherPolicies.Count == 0 ? null : CheckResult.Red(box, "Start the mesh again: its processes read the manifest when they start.", [.. context.OtherPolicies, $"{manifest.Path} is {manifest.Version}"]);
    }

    /// <summary>Those who decide by another manifest, as their journals have it.</summary>
    public static IReadOnlyList<string> ReadOthers(RunningMesh mesh) =>
    [
        .. JournalChecks.In(mesh.AuditDirectory)
            .Select(path => (Name: Path.GetFileNameWithoutExtension(path), Version: NewestIn(path)))
            .Where(party => party.Version is not null && party.Version != mesh.Manifest.Version)
            .Select(party => $"{party.Name} decides by {party.Version}"),
    ];

    private static string? NewestIn(string path)
    {
        string? newest = null;
        foreach (var line in LocalJournal.Lines(path))
        {
            if (AuditRecord.TryParse(Encoding.UTF8.GetBytes(line), out var record))
                newest = record.Event.PolicyVersion ?? newest;
        }
        return newest;
    }
}
