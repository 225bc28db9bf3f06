using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using AgentMesh.Spiffe.Protocol;
using AgentMesh.Testing;
using AgentMesh.WorkloadApi;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Attacks.Tests.Workloads;

/// <summary>The embedded Workload API on its real socket, which knows one agent by its program: the probe.</summary>
internal sealed class IdentityService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;
    private readonly List<GrpcChannel> _channels = [];

    private IdentityService(WebApplication app, string folder, LogLines log) => (_app, _folder, Log) = (app, folder, log);

    public static string Probe { get; } = Repository.ProgramOf("tests/WorkloadApi.Probe");

    public LogLines Log { get; }

    public string Socket => Path.Combine(_folder, "s", "w.sock");

    /// <param name="withTests">Whether this test process is registered too, as operator "tester".</param>
    public static async Task<IdentityService> StartAsync(bool withTests = false)
    {
        var folder = Directory.CreateTempSubdirectory("wl").FullName;
        var manifest = new JsonObject
        {
            ["trustDomain"] = "mesh.test",
            ["spiffeId"] = "spiffe://{trustDomain}/agent/{name}",
            ["lifetimes"] = new JsonObject { ["x509Svid"] = "00:30:00", ["jwtSvid"] = "00:05:00", ["accessToken"] = "00:05:00" },
            ["maxDepth"] = 4,
            ["scopes"] = new JsonObject(),
            ["agents"] = new JsonObject { ["advisor"] = new JsonObject { ["project"] = "agents/Advisor", ["executable"] = Probe } },
            ["operators"] = withTests ? new JsonObject { ["tester"] = new JsonObject { ["executable"] = Environment.ProcessPath } } : [],
        };
        await File.WriteAllTextAsync(Path.Combine(folder, "mesh.json"), manifest.ToJsonString());
        var log = new LogLines();
        var app = WorkloadApiServer.Build(
            ["--environment=Development", "--urls=http://127.0.0.1:0", $"--Mesh:Manifest={folder}/mesh.json", $"--Mesh:WorkloadApi:Socket={folder}/s/w.sock"],
            builder => builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace));
        await app.StartAsync();
        return new IdentityService(app, folder, log);
    }

    /// <summary>Asks for an X509-SVID over a connection of its own.</summary>
    public SpiffeWorkloadAPI.SpiffeWorkloadAPIClient Connect()
    {
        var channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { DisposeHttpClient = true, HttpHandler = new SocketsHttpHandler { ConnectCallback = OpenAsync } });
        _channels.Add(channel);
        return new SpiffeWorkloadAPI.SpiffeWorkloadAPIClient(channel);
    }

    /// <summary>Runs a program that asks for an X509-SVID; what it printed.</summary>
    public async Task<string> RunAsync(string program, string verb = "fetch", string? target = null)
    {
        var start = new ProcessStartInfo(program, target is null ? [verb, Socket] : [verb, Socket, target]) { RedirectStandardOutput = true, RedirectStandardInput = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output.Trim();
    }

    /// <summary>The same code under the same user, as another program.</summary>
    public string CopyOfProbe()
    {
        var copy = Directory.CreateDirectory(Path.Combine(_folder, "copy")).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(Probe)!))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)), overwrite: true);
        return Path.Combine(copy, Path.GetFileName(Probe));
    }

    public async ValueTask<Stream> OpenAsync(SocketsHttpConnectionContext? context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public async ValueTask DisposeAsync()
    {
        _channels.ForEach(c => c.Dispose());
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
