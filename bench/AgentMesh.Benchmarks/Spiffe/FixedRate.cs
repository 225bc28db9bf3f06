using System.Collections.Concurrent;
using System.Diagnostics;

namespace AgentMesh.Benchmarks.Spiffe;

/// <summary>Requests sent at a fixed rate, whether or not the ones before have been answered; latency counts from when each was due.</summary>
internal sealed class FixedRate
{
    private readonly ConcurrentBag<double> _milliseconds = [];
    private double[]? _sorted;

    public ConcurrentBag<string> Failures { get; } = [];

    /// <summary>Answered a second.</summary>
    public double Rate { get; private set; }

    public static async Task<FixedRate> SendAsync(HttpClient http, int perSecond, TimeSpan duration)
    {
        var result = new FixedRate();
        var count = (int)(perSecond * duration.TotalSeconds);
        var requests = new List<Task>(count);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / perSecond);
            while (Stopwatch.GetElapsedTime(start) < due)
                await Task.Delay(1);
            requests.Add(result.SendAsync(http, start + (long)(due.TotalSeconds * Stopwatch.Frequency)));
        }
        await Task.WhenAll(requests);
        result.Rate = result._milliseconds.Count / Stopwatch.GetElapsedTime(start).TotalSeconds;
        return result;
    }

    public double Percentile(double share)
    {
        _sorted ??= [.. _milliseconds.Order()];
        return _sorted.Length == 0 ? 0 : _sorted[Math.Max(0, (int)Math.Ceiling(share * _sorted.Length) - 1)];
    }

    private async Task SendAsync(HttpClient http, long due)
    {
        try
        {
            using var response = await http.GetAsync((Uri?)null);
            response.EnsureSuccessStatusCode();
            _milliseconds.Add(Stopwatch.GetElapsedTime(due).TotalMilliseconds);
        }
#pragma warning disable CA1031 // Whatever fails is counted and printed.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Failures.Add(e.GetBaseException().Message);
        }
    }
}
