namespace AgentMesh.Manifest.Internal.Reading;

/// <summary>Collects what is found in one file.</summary>
/// <param name="file">Its name.</param>
/// <param name="most">How many are kept.</param>
internal sealed class DiagnosticBag(string file, int most = Limits.Diagnostics)
{
    private readonly List<ManifestDiagnostic> _found = [];
    private bool _cut;

    public bool HasErrors { get; private set; }

    /// <summary>Whether so much was found that searching on would only cost time.</summary>
    public bool IsFull => _found.Count >= most;

    public void Error(ManifestPosition at, string message)
    {
        HasErrors = true;
        Add(at, isError: true, message);
    }

    public void Warning(ManifestPosition at, string message) => Add(at, isError: false, message);

    public IReadOnlyList<ManifestDiagnostic> InOrder()
    {
        var ordered = _found.OrderBy(found => found.Line).ThenBy(found => found.Column).ToList();
        if (_cut)
            ordered.Add(ordered[^1] with { Message = $"More than {most} problems; those behind this one are not listed." });
        return ordered.AsReadOnly();
    }

    private void Add(ManifestPosition at, bool isError, string message)
    {
        if (IsFull && !(isError && _found.TrueForAll(found => !found.IsError)))
            _cut = true;
        else
            _found.Add(new(file, at.Line, at.Column, isError, message));
    }
}
