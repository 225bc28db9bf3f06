using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace AgentMesh.Benchmarks.Exchange;

/// <summary>
/// Exchanges a second with client and server in one process over mutual TLS and HTTP/2, and how that compares with the cryptography
/// that an exchange cannot do without: verifying one ES256 signature and making one.
/// </summary>
internal static class ExchangeFigures
{
    private const int Clients = 4;
    private const int Concurrency = 16;

    public static async Task<int> Print(string[] args)
    {
        var seconds = args is [var text, ..] && double.TryParse(text, CultureInfo.InvariantCulture, out var given) ? given : 5;
        var cryptography = MeasureCryptography();
        Console.WriteLine($"cryptography alone      {cryptography.TotalMicroseconds,8:0} µs   (one ES256 verification and one signature, one core)");
        var small = await MeasureAsync(4, seconds);
        Print(small, 4, cryptography);
        var large = await MeasureAsync(10_000, seconds);
        Print(large, 10_000, cryptography);
        var slower = (small.PerSecond / large.PerSecond) - 1;
        Console.WriteLine($"10,000 clients cost     {slower,8:P1}      (goal: at most 10 %)");
        return small.PerSecond >= 1500 && slower <= 0.10 ? 0 : 1;
    }

    private static void Print(Figures figures, int agents, TimeSpan cryptography)
    {
        var each = TimeSpan.FromSeconds(1 / figures.PerSecond);
        Console.WriteLine($"{agents,6:N0} clients registered");
        Console.WriteLine($"  exchanges a second    {figures.PerSecond,8:N0}      (goal: at least 1,500 on two idle cores)");
        Console.WriteLine($"  time per exchange     {each.TotalMicroseconds,8:0} µs   = {each / cryptography:0.00} times the cryptography (goal: at most 3)");
        Console.WriteLine($"  CPU time per exchange {figures.CpuTime.TotalMicroseconds,8:0} µs   (client and server together, all cores)");
        Console.WriteLine($"  latency               {figures.Median.TotalMilliseconds,8:0.0} ms   p50, {figures.P99.TotalMilliseconds:0.0} ms p99, {Clients * Concurrency} at a time");
    }

    private static async Task<Figures> MeasureAsync(int agents, double seconds)
    {
        await using var server = await ExchangeServer.StartAsync(agents);
        var clients = Enumerable.Range(0, Clients).Select(server.ClientOf).ToArray();
        try
        {
            await RunAsync(server, clients, agents, 1.5);
            var cpu = Environment.CpuUsage.TotalTime;
            var stopwatch = Stopwatch.StartNew();
            var latencies = await RunAsync(server, clients, agents, seconds);
            var (elapsed, used) = (stopwatch.Elapsed, Environment.CpuUsage.TotalTime - cpu);
            latencies.Sort();
            return new(latencies.Count / elapsed.TotalSeconds, used / latencies.Count, latencies[latencies.Count / 2], latencies[(int)(latencies.Count * 0.99)]);
        }
        finally
        {
            foreach (var client in clients)
            {
                client.Dispose();
            }
        }
    }

    private static async Task<List<TimeSpan>> RunAsync(ExchangeServer server, HttpClient[] clients, int agents, double seconds)
    {
        // Signing them is not part of an exchange. Each is exchanged for several callees, as an agent would.
        var subjects = clients.Select((_, agent) => Enumerable.Range(0, 200).Select(_ => server.SubjectTokenFor(agent)).ToArray()).ToArray();
        var end = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        var runs = await Task.WhenAll(Enumerable.Range(0, Clients * Concurrency).Select(i => Task.Run(async () =>
        {
            var agent = i % Clients;
            var latencies = new List<TimeSpan>();
            for (var n = i; Stopwatch.GetTimestamp() < end; n++)
            {
                var started = Stopwatch.GetTimestamp();
                await ExchangeAsync(clients[agent], subjects[agent][n % 200], $"a{(agent + 1 + (n % ExchangeMesh.Callees)) % agents}");
                latencies.Add(Stopwatch.GetElapsedTime(started));
            }
            return latencies;
        })));
        return [.. runs.SelectMany(run => run)];
    }

    /// <summary>One exchange.</summary>
    public static async Task ExchangeAsync(HttpClient client, string subject, string audience)
    {
        using var form = new FormUrlEncodedContent(
        [
            KeyValuePair.Create("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            KeyValuePair.Create("subject_token", subject),
            KeyValuePair.Create("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            KeyValuePair.Create("audience", audience),
            KeyValuePair.Create("scope", "work"),
        ]);
        using var response = await client.PostAsync(new Uri("token", UriKind.Relative), form);
        var answer = await response.Content.ReadAsByteArrayAsync();
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{(int)response.StatusCode} {System.Text.Encoding.UTF8.GetString(answer)}");
        }
    }

    private static TimeSpan MeasureCryptography()
    {
        const int Rounds = 2000;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var data = RandomNumberGenerator.GetBytes(700);
        var signature = key.SignData(data, HashAlgorithmName.SHA256);
        var best = TimeSpan.MaxValue;
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var stopwatch = Stopwatch.StartNew();
            for (var i = 0; i < Rounds; i++)
            {
                key.VerifyData(data, signature, HashAlgorithmName.SHA256);
                key.SignData(data, HashAlgorithmName.SHA256);
            }
            var each = stopwatch.Elapsed / Rounds;
            best = each < best ? each : best;
        }
        return best;
    }

    private sealed record Figures(double PerSecond, TimeSpan CpuTime, TimeSpan Median, TimeSpan P99);
}
