extern alias workload;

using System.Diagnostics;
using System.Globalization;
using AgentMesh.Spiffe;
using AgentMesh.WorkloadApi.Authorities;
using workload::AgentMesh.WorkloadApi.Protocol;

namespace AgentMesh.Benchmarks.WorkloadApi;

/// <summary>How fast SVIDs are issued, and what idle streams cost the server's process.</summary>
internal static class WorkloadApiFigures
{
    private const int Streams = 1_000;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(3);

    public static async Task<int> Print(string[] args)
    {
        Console.WriteLine($"Workload API on {Environment.ProcessorCount} processors");
        var kept = Row("X509-SVIDs issued, key pair included", await IssueAsync(), "/s", atLeast: 500);

        await using var server = await WorkloadApiProcess.StartAsync();
        kept &= Row("X509-SVIDs fetched over the socket, a stream each", await FetchAsync(server), "/s", atLeast: 500);

        var before = server.ResidentBytes();
        var streams = await OpenAsync(server);
        var held = server.ResidentBytes() - before;
        Row("resident memory without streams", before / 1e6, "MB");
        kept &= Row($"more with {Streams:N0} idle streams, a connection each", held / 1e6, "MB", atMost: 200);

        var start = Stopwatch.GetTimestamp();
        using (var admin = server.Connect())
            await new WorkloadAdmin.WorkloadAdminClient(admin).RotateAsync(new() { Target = RotationTarget.X509Svid }, WorkloadApiProcess.Header);
        foreach (var stream in streams)
            await stream.NextAsync();
        Row($"new SVIDs pushed to all {Streams:N0} after a forced rotation", Stopwatch.GetElapsedTime(start).TotalMilliseconds, "ms");
        Row("resident memory afterwards", server.ResidentBytes() / 1e6, "MB");
        foreach (var stream in streams)
            stream.Dispose();
        return kept ? 0 : 1;
    }

    private static async Task<double> IssueAsync()
    {
        var now = TimeProvider.System.GetUtcNow();
        var id = SpiffeId.Parse("spiffe://bench.test/agent/me");
        using var authority = new X509Authority(TrustDomain.Parse("bench.test"), now, TimeSpan.FromHours(24));
        authority.Issue(id, now, TimeSpan.FromMinutes(30));
        var start = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(() =>
        {
            var count = 0;
            for (; Stopwatch.GetElapsedTime(start) < Period; count++)
                authority.Issue(id, now, TimeSpan.FromMinutes(30));
            return count;
        })));
        return counts.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<double> FetchAsync(WorkloadApiProcess server)
    {
        using var channel = server.Connect();
        var start = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            var count = 0;
            for (; Stopwatch.GetElapsedTime(start) < Period; count++)
            {
                using var stream = new IdleStream(channel, ownsChannel: false);
                await stream.NextAsync();
            }
            return count;
        }));
        return counts.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<List<IdleStream>> OpenAsync(WorkloadApiProcess server)
    {
        var streams = new List<IdleStream>(Streams);
        for (var i = 0; i < Streams; i++)
        {
            var stream = new IdleStream(server.Connect(), ownsChannel: true);
            await stream.NextAsync();
            streams.Add(stream);
        }
        return streams;
    }

    private static bool Row(string name, double value, string unit, double? atLeast = null, double? atMost = null)
    {
        var kept = (atLeast is null || value >= atLeast) && (atMost is null || value <= atMost);
        var bound = atLeast is { } least ? $"at least {least:N0}" : atMost is { } most ? $"at most {most:N0}" : "";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-58} {value,10:N1} {unit,-3} {bound}{(kept ? "" : "  NOT KEPT")}"));
        return kept;
    }
}
