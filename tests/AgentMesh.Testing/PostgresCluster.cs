using System.Diagnostics;
using System.Globalization;

namespace AgentMesh.Testing;

/// <summary>
/// A PostgreSQL cluster of a test class's own, in a temporary folder and on loopback, from the newest binaries of this machine. A test
/// project makes it a fixture in one line: <c>sealed class Postgres : PostgresCluster, IAsyncLifetime</c>.
/// </summary>
public abstract class PostgresCluster : IAsyncDisposable
{
    /// <summary>Set to 1 where PostgreSQL is known to be installed: there a skipped test would hide that it is not used.</summary>
    public const string RequiredVariable = "AGENTMESH_REQUIRE_POSTGRES";

    private const string Packaged = "/usr/lib/postgresql";

    private string? _folder;
    private string? _binaries;

    /// <summary>Why there is no cluster; null when there is one.</summary>
    public string? Missing { get; private set; }

    public int Port { get; private set; }

    /// <exception cref="InvalidOperationException">There are no binaries although <see cref="RequiredVariable"/> says so, or they failed.</exception>
    public async ValueTask InitializeAsync()
    {
        _binaries = FindBinaries();
        if (_binaries is null)
        {
            Missing = $"PostgreSQL is not installed: there is no initdb in {Packaged}/*/bin or on the PATH. Debian and Ubuntu have it in the package postgresql.";
            if (Environment.GetEnvironmentVariable(RequiredVariable) == "1")
                throw new InvalidOperationException(Missing);
            return;
        }
        _folder = Directory.CreateTempSubdirectory("pg-").FullName;
        // initdb does not run as root.
        if (Environment.UserName == "root")
            await RunAsync("chown", "nobody", _folder);
        Port = FreePort.Take();
        await RunUnprivilegedAsync("initdb", "-D", $"{_folder}/data", "-U", "mesh", "-A", "trust", "--no-sync");
        await RunUnprivilegedAsync("pg_ctl", "-D", $"{_folder}/data", "-l", $"{_folder}/log", "-w", "-o", $"-k {_folder} -h 127.0.0.1 -p {Port} -F", "start");
    }

    /// <summary>Connection string of a fresh, empty database.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"mesh{Guid.NewGuid():N}";
        await RunUnprivilegedAsync("createdb", "-h", "127.0.0.1", "-p", $"{Port}", "-U", "mesh", name);
        return $"Host=127.0.0.1;Port={Port};Username=mesh;Database={name};Maximum Pool Size=10";
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_folder is null)
            return;
        await RunUnprivilegedAsync("pg_ctl", "-D", $"{_folder}/data", "-m", "immediate", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    private static string? FindBinaries()
    {
        var packaged = Directory.Exists(Packaged) ? Directory.EnumerateDirectories(Packaged) : [];
        return packaged
            .OrderByDescending(version => int.TryParse(Path.GetFileName(version), CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Select(version => Path.Combine(version, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")));
    }

    private Task RunUnprivilegedAsync(string program, params string[] arguments) => Environment.UserName == "root"
        ? RunAsync("runuser", ["-u", "nobody", "--", Path.Combine(_binaries!, program), .. arguments])
        : RunAsync(Path.Combine(_binaries!, program), arguments);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // No pipes: the server that pg_ctl starts would inherit them and keep them open.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", program, .. arguments]) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }
}
