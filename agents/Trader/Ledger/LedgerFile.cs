using AgentMesh.Manifest;
using AgentMesh.ServiceDefaults;
using Microsoft.Data.Sqlite;

namespace AgentMesh.Agents.Trader.Ledger;

/// <summary>The SQLite database of the ledger, in a folder that only its owner may enter.</summary>
internal sealed class LedgerFile
{
    private const string DataDirectoryKey = "Mesh:DataDirectory";

    private readonly string _connectionString;

    /// <exception cref="StartupException">The folder or the database cannot be made or read.</exception>
    public LedgerFile(string directory)
    {
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(directory);
            else
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Path = System.IO.Path.Combine(directory, "ledger.db");
            _connectionString = new SqliteConnectionStringBuilder { DataSource = Path, ForeignKeys = true }.ToString();
            Migrate();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            throw new StartupException($"{DataDirectoryKey}: the ledger in {directory} cannot be opened: {e.Message}", e);
        }
    }

    public string Path { get; }

    /// <summary>Where the setting says; by default <c>.mesh/{name}</c> beside the manifest.</summary>
    public static LedgerFile Open(IConfiguration configuration, MeshManifest manifest, string name) =>
        new(System.IO.Path.GetFullPath(configuration[DataDirectoryKey] is { Length: > 0 } configured ? configured : System.IO.Path.Combine(manifest.Root, ".mesh", name)));

    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        // What was answered survives the machine's crash.
        connection.Execute("PRAGMA synchronous = FULL");
        return connection;
    }

    private void Migrate()
    {
        using var connection = Connect();
        connection.Execute("PRAGMA journal_mode = WAL");
        using var transaction = connection.BeginTransaction();
        var version = connection.Scalar<long>("PRAGMA user_version");
        if (version > LedgerSchema.Steps.Count)
            throw new StartupException($"{Path} was written by a newer version (schema {version}). Set {DataDirectoryKey} to another folder, or use that version.");
        foreach (var step in LedgerSchema.Steps.Skip((int)version))
            connection.Execute(step);
        connection.Execute(FormattableString.Invariant($"PRAGMA user_version = {LedgerSchema.Steps.Count}"));
        transaction.Commit();
    }
}
