using AgentMesh.Spiffe.Protocol;
using AgentMesh.WorkloadApi.Authorities;
using AgentMesh.WorkloadApi.Entries;
using AgentMesh.WorkloadApi.Protocol;
using AgentMesh.WorkloadApi.Serving;
using AgentMesh.WorkloadApi.Telemetry;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.WorkloadApi.Tests.Hosting;

/// <summary>The real server on a real socket, in this process, with a clock that the test turns.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<IDisposable> _connections = [];

    private RunningServer(WebApplication app, TestMesh mesh, FakeTimeProvider time, RecordedLog log) => (_app, Mesh, Time, Log) = (app, mesh, time, log);

    public TestMesh Mesh { get; }

    public FakeTimeProvider Time { get; }

    public RecordedLog Log { get; }

    public TrustState Trust => _app.Services.GetRequiredService<TrustState>();

    public WorkloadApiTelemetry Telemetry => _app.Services.GetRequiredService<WorkloadApiTelemetry>();

    public Wakeups Wakeups => _app.Services.GetRequiredService<Wakeups>();

    public IEntryStore Entries => _app.Services.GetRequiredService<IEntryStore>();

    /// <summary>Where the documents are, for example <c>http://127.0.0.1:4711</c>.</summary>
    public string HttpAddress => _app.Urls.First(u => u.StartsWith("http://127", StringComparison.Ordinal));

    /// <summary>Where the bundle endpoint is, with the port that the system chose.</summary>
    public Uri BundleEndpoint => new(new Uri(_app.Urls.First(u => u.StartsWith("https://", StringComparison.Ordinal))), "/b/bundle.json");

    public static async Task<RunningServer> StartAsync(TestMesh mesh, params string[] settings)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var log = new RecordedLog();
        string[] args =
        [
            "--environment=Development", "--urls=http://127.0.0.1:0", $"--Mesh:Manifest={mesh.Write().ManifestPath}",
            $"--Mesh:WorkloadApi:Socket={mesh.SocketPath}", .. settings,
        ];
        var app = WorkloadApiServer.Build(args, builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(time);
            mesh.Services?.Invoke(builder.Services);
            builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new RunningServer(app, mesh, time, log);
    }

    /// <summary>A connection of its own: attested anew.</summary>
    public GrpcChannel Connect()
    {
        var channel = UnixChannel.To(Mesh.SocketPath);
        _connections.Add(channel);
        return channel;
    }

    public SpiffeWorkloadAPI.SpiffeWorkloadAPIClient Workload() => new(Connect());

    public WorkloadAdmin.WorkloadAdminClient Admin() => new(Connect());

    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
            connection.Dispose();
        await _app.DisposeAsync();
    }
}
