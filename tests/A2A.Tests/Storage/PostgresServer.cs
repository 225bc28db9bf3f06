using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace AgentMesh.A2A.Tests.Storage;

/// <summary>A PostgreSQL of its own on loopback, where its programs are installed; as another user when the tests run as root.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("pg").FullName;
    private readonly bool _root = Environment.UserName == "root";
    private bool _started;

    /// <summary>Why there is none; <see langword="null"/> when there is one.</summary>
    public string? Missing { get; private set; }

    public string ConnectionString { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (!await RunAsync("initdb", "--version"))
        {
            Missing = "PostgreSQL's initdb and pg_ctl are not installed or not on the PATH.";
            return;
        }
        var port = FreePort();
        var data = Path.Combine(_directory, "data");
        if (_root)
            await StartAsync("chown", "nobody", _directory);
        if (!await RunAsync("initdb", "-D", data, "-U", "mesh", "-A", "trust", "-N"))
        {
            Missing = "PostgreSQL's initdb failed.";
            return;
        }
        _started = await RunAsync("pg_ctl", "-D", data, "-w", "-o", $"-p {port} -h 127.0.0.1 -k {_directory} -F", "-l", Path.Combine(_directory, "log"), "start");
        Missing = _started ? null : "PostgreSQL did not start.";
        ConnectionString = $"Host=127.0.0.1;Port={port};Username=mesh;Database=postgres";
    }

    public async ValueTask DisposeAsync()
    {
        if (_started)
            await RunAsync("pg_ctl", "-D", Path.Combine(_directory, "data"), "-m", "immediate", "-w", "stop");
        Directory.Delete(_directory, recursive: true);
    }

    private Task<bool> RunAsync(string program, params string[] arguments) =>
        _root ? StartAsync("setpriv", ["--reuid=nobody", "--regid=nogroup", "--clear-groups", program, .. arguments]) : StartAsync(program, arguments);

    private static async Task<bool> StartAsync(string program, params string[] arguments)
    {
        try
        {
            // Nothing may keep the pipe open: the server that pg_ctl starts outlives it.
            using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1 </dev/null", program, .. arguments])
            {
                WorkingDirectory = "/",
            })!;
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
