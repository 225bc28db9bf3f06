using System.Text;
using AgentMesh.Auth;
using AgentMesh.Cli.Journals;

namespace AgentMesh.Cli.Checks;

/// <summary>Whether the manifest that is looked at is the one that the mesh's processes decide by: they read it when they start.</summary>
internal static class PolicyInForce
{
    /// <returns>Null: it is.</returns>
    public static CheckResult? FindOther(string box, CheckContext context)
    {
        var manifest = context.Mesh.Manifest;
        var others = JournalChecks.In(context.Mesh.AuditDirectory)
            .Select(path => (Name: Path.GetFileNameWithoutExtension(path), Version: NewestIn(path)))
            .Where(party => party.Version is not null && party.Version != manifest.Version)
            .Select(party => $"{party.Name} decides by {party.Version}").ToList();
        return others.Count == 0 ? null : CheckResult.Red(box, "Start the mesh again: its processes read the manifest when they start.", [.. others, $"{manifest.Path} is {manifest.Version}"]);
    }

    private static string? NewestIn(string path)
    {
        string? newest = null;
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            if (AuditRecord.TryParse(Encoding.UTF8.GetBytes(line), out var record))
                newest = record.Event.PolicyVersion ?? newest;
        }
        return newest;
    }
}
