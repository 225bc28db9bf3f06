using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace AgentMesh.AuthServer.Tests.Fixtures;

/// <summary>
/// A PostgreSQL cluster of the tests' own, from the binaries under <c>/usr/lib/postgresql</c>: made in a temporary folder, on loopback,
/// gone afterwards. Tests skip when there are none.
/// </summary>
public sealed class PostgresCluster : IAsyncLifetime
{
    private string? _folder;
    private string? _binaries;

    /// <summary>Why there is no cluster; null when there is one.</summary>
    public string? Missing { get; private set; }

    public int Port { get; private set; }

    public async ValueTask InitializeAsync()
    {
        _binaries = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).FirstOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")))
            : null;
        if (_binaries is null)
        {
            Missing = "PostgreSQL is not installed: there is no initdb under /usr/lib/postgresql.";
            return;
        }
        _folder = Directory.CreateTempSubdirectory("pg-").FullName;
        if (Environment.UserName == "root")
        {
            await RunAsync("chown", "postgres", _folder);
        }
        Port = FreePort();
        await RunAsPostgresAsync("initdb", "-D", $"{_folder}/data", "-U", "mesh", "-A", "trust", "--no-sync");
        await RunAsPostgresAsync("pg_ctl", "-D", $"{_folder}/data", "-l", $"{_folder}/log", "-w", "-o", $"-k {_folder} -h 127.0.0.1 -p {Port} -F", "start");
    }

    /// <summary>Connection string of a fresh, empty database.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"mesh{Guid.NewGuid():N}";
        await RunAsPostgresAsync("createdb", "-h", "127.0.0.1", "-p", $"{Port}", "-U", "mesh", name);
        return $"Host=127.0.0.1;Port={Port};Username=mesh;Database={name};Maximum Pool Size=10";
    }

    public async ValueTask DisposeAsync()
    {
        if (_folder is not null)
        {
            await RunAsPostgresAsync("pg_ctl", "-D", $"{_folder}/data", "-m", "immediate", "stop");
            Directory.Delete(_folder, recursive: true);
        }
    }

    private Task RunAsPostgresAsync(string program, params string[] arguments) => Environment.UserName == "root"
        ? RunAsync("runuser", ["-u", "postgres", "--", Path.Combine(_binaries!, program), .. arguments])
        : RunAsync(Path.Combine(_binaries!, program), arguments);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // No pipes: pg_ctl's server would inherit them and keep them open.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1", "sh", program, .. arguments]) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
