using System.Text;

namespace AgentMesh.Manifest;

/// <summary>
/// A manifest that cannot be used. <see cref="Exception.Message"/> lists what is wrong, a line each, fit to be shown to the person
/// who wrote it.
/// </summary>
/// <param name="diagnostics">Everything that was found, in the order of the text; at least one is an error.</param>
#pragma warning disable CA1032 // Without diagnostics there is nothing to report, so the parameterless constructors would lie.
public sealed class ManifestException(IReadOnlyList<ManifestDiagnostic> diagnostics) : Exception(Describe(diagnostics))
#pragma warning restore CA1032
{
    private const int Listed = 20;

    internal ManifestException(string file, string message)
        : this([new ManifestDiagnostic(file, 1, 1, IsError: true, message)])
    {
    }

    /// <summary>Everything that was found, in the order of the text.</summary>
    public IReadOnlyList<ManifestDiagnostic> Diagnostics => diagnostics;

    private static string Describe(IReadOnlyList<ManifestDiagnostic> diagnostics)
    {
        ArgumentNullException.ThrowIfNull(diagnostics);
        if (diagnostics.Count == 1)
            return diagnostics[0].ToString();

        var text = new StringBuilder().Append(diagnostics.Count).Append(" problems in the manifest:");
        foreach (var diagnostic in diagnostics.Take(Listed))
            text.AppendLine().Append("  ").Append(diagnostic);
        if (diagnostics.Count > Listed)
            text.AppendLine().Append("  and ").Append(diagnostics.Count - Listed).Append(" more");
        return text.ToString();
    }
}
