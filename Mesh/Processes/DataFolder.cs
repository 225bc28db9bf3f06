namespace AgentMesh.Cli.Processes;

/// <summary>A folder of the user's in which what the mesh stores outlives a run. One mesh at a time uses it.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(string path, FileStream guard) => (Path, _lock) = (path, guard);

    public string Path { get; }

    /// <exception cref="MeshException">It cannot be written, or another mesh uses it.</exception>
    public static DataFolder Open(string folder)
    {
        var path = System.IO.Path.GetFullPath(folder);
        try
        {
            // What is in them is for the user alone, also in a folder that was there before; the authorization server's signing keys are among it.
            foreach (var part in (string[])[path, System.IO.Path.Combine(path, RunDirectory.StateFolder), System.IO.Path.Combine(path, RunDirectory.DataFolderName), System.IO.Path.Combine(path, RunDirectory.AuditFolder)])
            {
                if (OperatingSystem.IsWindows())
                    Directory.CreateDirectory(part);
                else
                    Directory.CreateDirectory(part, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
            return new DataFolder(path, new FileStream(
                System.IO.Path.Combine(path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw MeshException.BadInput($"--data {path} cannot be used: {e.Message} Another mesh may be using it.", e);
        }
    }

    public void Dispose() => _lock.Dispose();
}
