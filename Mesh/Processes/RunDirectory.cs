using System.Text;

namespace AgentMesh.Cli.Processes;

/// <summary>The private folder of one run: the Workload API's socket, logs, journals and databases. Gone when the run is.</summary>
internal sealed class RunDirectory : IDisposable
{
    /// <summary><c>sun_path</c> holds 108 bytes with its terminating zero.</summary>
    private const int MaxSocketPathBytes = 107;

    /// <summary>Where the journals are, inside a run directory.</summary>
    public const string AuditFolder = "audit";

    public const string StateFolder = "state";
    public const string DataFolderName = "data";

    private const string Prefix = "mesh-";

    private bool _keep;

    private readonly string _kept;

    private RunDirectory(string path, DataFolder? data) => (Path, _kept) = (path, data?.Path ?? path);

    public string Path { get; }

    public string Socket => System.IO.Path.Combine(Path, "w.sock");

    public string Logs => System.IO.Path.Combine(Path, "logs");

    public string Audit => System.IO.Path.Combine(Path, AuditFolder);

    /// <summary>The authorization server's database and key.</summary>
    public string State => System.IO.Path.Combine(_kept, StateFolder);

    /// <summary>What one agent or service keeps; made by it if it keeps anything.</summary>
    public string DataOf(string party) => System.IO.Path.Combine(_kept, DataFolderName, party);

    /// <param name="data">Where what is stored outlives the run; null: nowhere.</param>
    /// <exception cref="MeshException">The temporary folder cannot be written, or its path is too long for a Unix socket.</exception>
    public static RunDirectory Create(DataFolder? data = null)
    {
        RunDirectory run;
        try
        {
            // A new name that nobody can have made before, mode 0700.
            run = new RunDirectory(Directory.CreateTempSubdirectory(Prefix).FullName, data);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw MeshException.BadInput($"cannot make a run directory in {System.IO.Path.GetTempPath()}: {e.Message}. Set TMPDIR to a folder that you may write to.", e);
        }

        var length = Encoding.UTF8.GetByteCount(run.Socket);
        if (length > MaxSocketPathBytes)
        {
            run.Dispose();
            throw MeshException.BadInput(
                $"the Workload API's socket path {run.Socket} has {length} bytes, a Unix socket path at most {MaxSocketPathBytes}. Set TMPDIR to a shorter folder, for example TMPDIR=/tmp.");
        }

        Directory.CreateDirectory(run.Logs);
        // The ledger knows each journal from its first record: where it is kept, they are, too.
        if (data is null)
            Directory.CreateDirectory(run.Audit);
        else
            Directory.CreateSymbolicLink(run.Audit, System.IO.Path.Combine(data.Path, AuditFolder));
        Directory.CreateDirectory(run.State);
        return run;
    }

    public string LogFile(string name) => System.IO.Path.Combine(Logs, name + ".log");

    /// <summary>Whether a path can be one that <see cref="Create"/> made.</summary>
    public static bool IsOne(string path) => System.IO.Path.GetFileName(path).StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Deletes a folder that an ended run left, and nothing that is none.</summary>
    public static void Remove(string path)
    {
        if (IsOne(path))
            Delete(path);
    }

    /// <summary>Leaves the folder where it is, for somebody who wants to read its logs and journals.</summary>
    public void Keep() => _keep = true;

    public void Dispose()
    {
        if (!_keep)
            Delete(Path);
    }

    /// <summary>Deletes a run directory; what a dying child writes meanwhile is deleted by the next attempt.</summary>
    public static void Delete(string path)
    {
        for (var attempt = 0; attempt < 5 && Directory.Exists(path); attempt++)
        {
            try
            {
                Directory.Delete(path, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }
        }
    }
}
