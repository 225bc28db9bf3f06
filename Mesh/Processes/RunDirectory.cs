using System.Text;

namespace AgentMesh.Cli.Processes;

/// <summary>The private folder of one run: the Workload API's socket, logs, journals and databases. Gone when the run is.</summary>
internal sealed class RunDirectory : IDisposable
{
    /// <summary><c>sun_path</c> holds 108 bytes with its terminating zero.</summary>
    private const int MaxSocketPathBytes = 107;

    /// <summary>Where the journals are, inside a run directory.</summary>
    public const string AuditFolder = "audit";

    private const string Prefix = "mesh-";

    private bool _keep;

    private RunDirectory(string path) => Path = path;

    public string Path { get; }

    public string Socket => System.IO.Path.Combine(Path, "w.sock");

    public string Logs => System.IO.Path.Combine(Path, "logs");

    public string Audit => System.IO.Path.Combine(Path, AuditFolder);

    /// <summary>The authorization server's database and key.</summary>
    public string State => System.IO.Path.Combine(Path, "state");

    /// <summary>What one agent keeps; made by the agent if it keeps anything.</summary>
    public string DataOf(string agent) => System.IO.Path.Combine(Path, "data", agent);

    /// <exception cref="MeshException">The temporary folder cannot be written, or its path is too long for a Unix socket.</exception>
    public static RunDirectory Create()
    {
        RunDirectory run;
        try
        {
            // A new name that nobody can have made before, mode 0700.
            run = new RunDirectory(Directory.CreateTempSubdirectory(Prefix).FullName);
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
        Directory.CreateDirectory(run.Audit);
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
