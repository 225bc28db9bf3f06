namespace AgentMesh.Mesh.Tests;

/// <summary>
/// Temporary and data folders of one run of <c>mesh</c>. Every process of the run has the folder's path in its environment, which
/// is how those that outlive it are found.
/// </summary>
internal sealed class Sandbox : IDisposable
{
    public Sandbox()
    {
        Root = Directory.CreateTempSubdirectory("mt-").FullName;
        Temporary = Directory.CreateDirectory(Path.Combine(Root, "t")).FullName;
        Data = Directory.CreateDirectory(Path.Combine(Root, "d")).FullName;
    }

    public string Root { get; }

    public string Temporary { get; }

    public string Data { get; }

    public IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?>
    {
        ["TMPDIR"] = Temporary,
        ["XDG_DATA_HOME"] = Data,
        ["SPIFFE_ENDPOINT_SOCKET"] = null,
    };

    /// <summary>Whatever a run left in the folders: files, sockets, directories.</summary>
    /// <remarks>The runtime keeps diagnostic sockets and shared memory in the temporary folder; what a killed runtime leaves there is not the mesh's.</remarks>
    public IReadOnlyList<string> LeftFiles() =>
    [
        .. Directory.EnumerateFileSystemEntries(Temporary).Where(path => !IsOfRuntime(path)),
        .. Directory.EnumerateFiles(Data, "*", SearchOption.AllDirectories),
    ];

    /// <summary>Run directories that are still there.</summary>
    public IReadOnlyList<string> LeftDirectories() => [.. Directory.EnumerateDirectories(Temporary).Where(path => !IsOfRuntime(path))];

    /// <summary>Processes with this sandbox in their environment, by id and command line.</summary>
    public IReadOnlyList<string> LeftProcesses() =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Where(folder => int.TryParse(Path.GetFileName(folder), out _))
            .Where(folder => Read(Path.Combine(folder, "environ")).Contains(Root, StringComparison.Ordinal))
            .Where(folder => !Read(Path.Combine(folder, "stat")).Contains(") Z ", StringComparison.Ordinal))
            .Select(folder => $"{Path.GetFileName(folder)} {Read(Path.Combine(folder, "cmdline")).Replace('\0', ' ')}"),
    ];

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static bool IsOfRuntime(string path) =>
        Path.GetFileName(path).StartsWith("dotnet-diagnostic-", StringComparison.Ordinal)
        || Path.GetFileName(path).StartsWith("clr-debug-pipe-", StringComparison.Ordinal)
        || Path.GetFileName(path) is ".dotnet";

    /// <summary>Empty for a process that is gone or not ours.</summary>
    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
