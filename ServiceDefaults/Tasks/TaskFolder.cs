using System.Data.Common;
using AgentMesh.A2A;
using AgentMesh.Auth;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;

namespace AgentMesh.ServiceDefaults;

/// <summary>What an agent keeps of its tasks in files, which only its owner may read: the SQLite database, and the key for what is secret in it.</summary>
internal sealed class TaskFolder
{
    private const string Setting = "Mesh:DataDirectory";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path;

    /// <exception cref="StartupException">The folder cannot be made.</exception>
    public TaskFolder(IConfiguration configuration, MeshIdentity identity)
    {
        _path = Path.GetFullPath(configuration[Setting] is { Length: > 0 } configured ? configured : Path.Combine(identity.Manifest.Root, ".mesh", identity.Party.Name));
        Try(() => OperatingSystem.IsWindows() ? Directory.CreateDirectory(_path) : Directory.CreateDirectory(_path, OwnerOnly | UnixFileMode.UserExecute));
    }

    /// <exception cref="StartupException">The key cannot be read or made.</exception>
    public KeyFileProtector Secrets() => Try(() => KeyFileProtector.Open(Path.Combine(_path, "tasks.key")));

    /// <exception cref="StartupException">The file cannot be made.</exception>
    public DbDataSource Database() => Try(() =>
    {
        var file = Path.Combine(_path, "tasks.db");
        // SQLite gives the files beside it the same mode.
        if (!OperatingSystem.IsWindows())
            new FileStream(file, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite, UnixCreateMode = OwnerOnly }).Dispose();
        return SqliteFactory.Instance.CreateDataSource(new SqliteConnectionStringBuilder { DataSource = file }.ConnectionString);
    });

    public string Explain(Exception fault) =>
        $"{Setting}: the tasks in {_path} cannot be kept: {fault.Message} Set it (environment: Mesh__DataDirectory) to a folder that this process may write to, or Mesh:Tasks:Store to memory.";

    private T Try<T>(Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(Explain(fault), fault);
        }
    }
}
