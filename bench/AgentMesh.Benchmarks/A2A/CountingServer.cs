using System.Diagnostics;
using System.Globalization;
using AgentMesh.A2A;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Benchmarks.A2A;

/// <summary>An A2A server in a process of its own, so that its memory is its own.</summary>
internal sealed class CountingServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _url;

    private CountingServer(Process process, string url)
    {
        _process = process;
        _url = url;
    }

    public AgentCard Card => CardAt(_url + "/a2a");

    public static async Task<CountingServer> StartAsync(int streams, int events, string database)
    {
        string[] own = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(CountingServer).Assembly.Location] : [];
        var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. own, "a2a", "serve", $"{streams}", $"{events}", database])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var url = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The server did not start.");
        return new(process, url);
    }

    /// <summary>No webhook is kept here.</summary>
    public static IDataProtector Secrets { get; } = new EphemeralDataProtectionProvider().CreateProtector("bench");

    /// <summary>The most memory that the process has held.</summary>
    public long PeakBytes() => File.ReadLines($"/proc/{_process.Id}/status")
        .Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024)
        .Single();

    /// <summary>Serves until its input ends.</summary>
    public static async Task<int> ServeAsync(int streams, int events, string database)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(new CountingAgent(streams, events));
        if (database != "-")
        {
            var store = new RelationalTaskStore(SqliteFactory.Instance.CreateDataSource($"Data Source={database}"), TaskStoreDialect.Sqlite, Secrets);
            await store.CreateSchemaAsync();
            builder.Services.AddSingleton<ITaskStore>(store);
        }
        builder.Services.AddA2AServer<CountingAgent>((options, _) =>
        {
            options.Card = CardAt("http://127.0.0.1/a2a");
            options.Owner = _ => "bench";
        });
        await using var app = builder.Build();
        app.MapA2A("/a2a");
        await app.StartAsync();
        Console.WriteLine(app.Urls.Single());
        await Console.In.ReadToEndAsync();
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static AgentCard CardAt(string url) => new()
    {
        Name = "counting",
        Capabilities = new() { Streaming = true },
        SupportedInterfaces = [new() { Url = url, ProtocolBinding = A2AProtocol.HttpJson, ProtocolVersion = A2AProtocol.Version }],
    };

    /// <summary>Counts when all tasks are there.</summary>
    private sealed class CountingAgent(int tasks, int events) : IAgentExecutor
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _arrived;

        public async Task ExecuteAsync(AgentTaskContext context, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _arrived) == tasks)
                _all.SetResult();
            await _all.Task.WaitAsync(cancellationToken);
            for (var i = 0; i < events; i++)
                await context.AppendArtifactAsync(new() { ArtifactId = "count", Parts = [Part.FromText(i.ToString(CultureInfo.InvariantCulture))] }, i == events - 1);
        }
    }
}
