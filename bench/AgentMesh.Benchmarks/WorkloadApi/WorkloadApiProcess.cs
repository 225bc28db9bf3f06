using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;

namespace AgentMesh.Benchmarks.WorkloadApi;

/// <summary>The server as a process of its own, with an entry for this one.</summary>
internal sealed class WorkloadApiProcess : IAsyncDisposable
{
    private readonly string _folder;
    private readonly string _socket;
    private readonly Process _process;

    private WorkloadApiProcess(string folder, string socket, Process process) => (_folder, _socket, _process) = (folder, socket, process);

    public static Metadata Header => new() { { "workload.spiffe.io", "true" } };

    public string EndpointSocket => "unix://" + _socket;

    public static async Task<WorkloadApiProcess> StartAsync(params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("wl").FullName;
        var manifest = Path.Combine(folder, "mesh.json");
        var socket = Path.Combine(folder, "w.sock");
        await File.WriteAllTextAsync(manifest, $$"""
            {
              "trustDomain": "bench.test",
              "scopes": {},
              "agents": { "none": { "project": "none" } },
              "operators": { "bench": { "project": "none", "selectors": ["unix:path:{{Environment.ProcessPath}}"] } }
            }
            """);
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "WorkloadApi"),
            ["--environment=Development", $"--Mesh:Manifest={manifest}", $"--Mesh:WorkloadApi:Socket={socket}", "--Logging:LogLevel:Default=Error", "--urls=http://127.0.0.1:0", .. settings]);
        var process = Process.Start(start)!;
        var server = new WorkloadApiProcess(folder, socket, process);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await IsServedAsync(socket))
        {
            if (process.HasExited)
                throw new InvalidOperationException("the Workload API did not start");
            await Task.Delay(20, deadline.Token);
        }
        return server;
    }

    public GrpcChannel Connect() => GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
    {
        DisposeHttpClient = true,
        HttpHandler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        },
    });

    /// <summary>What the process occupies in memory, by the kernel's word.</summary>
    public long ResidentBytes()
    {
        var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Id}/status")).First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line["VmRSS:".Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) * 1024;
    }

    private static async Task<bool> IsServedAsync(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
