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

    private const double Slowest = 1500;
    private const double MostTimesCryptography = 3;
    private const double MostSlower = 0.10;
    private const int Turns = 5;

    // Hot methods are compiled three times, the last time after as many calls as these make.
    private const int WarmUps = 4;

    public static async Task<int> Print(string[] args)
    {
        var seconds = args is [var text, ..] && double.TryParse(text, CultureInfo.InvariantCulture, out var given) ? given : 2;
        await using var few = await Load.StartAsync(4);
        await using var many = await Load.StartAsync(10_000);
        // Both are warm before either is measured, and they take turns: neither has the better half of the machine's day.
        List<TimeSpan> cryptography = [];
        for (var turn = -WarmUps; turn < Turns; turn++)
        {
            cryptography.Add(MeasureCryptography());
            foreach (var load in turn % 2 == 0 ? [few, many] : (Load[])[many, few])
            {
                await load.MeasureAsync(seconds, keep: turn >= 0);
            }
        }

        var alone = cryptography.Order().First();
        Console.WriteLine($"cryptography alone      {alone.TotalMicroseconds,8:0} µs   (one ES256 verification and one signature, one core, best of {cryptography.Count})");
        var (small, large) = (few.Median(), many.Median());
        Print(small, 4, alone);
        Print(large, 10_000, alone);
        // Each pair was measured side by side: the middle of their ratios is what a busy machine leaves standing.
        var slower = few.Rates.Zip(many.Rates, (a, b) => a / b - 1).Order().ElementAt(Turns / 2);
        Console.WriteLine($"10,000 clients cost     {slower,8:P1}      (goal: at most {MostSlower:P0}; middle of {Turns} pairs)");
        return small.PerSecond >= Slowest && large.PerSecond >= Slowest && Ratio(small, alone) <= MostTimesCryptography && slower <= MostSlower ? 0 : 1;
    }

    private static double Ratio(Figures figures, TimeSpan cryptography) => TimeSpan.FromSeconds(1 / figures.PerSecond) / cryptography;

    private static void Print(Figures figures, int agents, TimeSpan cryptography)
    {
        Console.WriteLine($"{agents,6:N0} clients registered");
        Console.WriteLine($"  exchanges a second    {figures.PerSecond,8:N0}      (goal: at least {Slowest:N0} on two idle cores)");
        Console.WriteLine($"  time per exchange     {1e6 / figures.PerSecond,8:0} µs   = {Ratio(figures, cryptography):0.00} times the cryptography (goal: at most {MostTimesCryptography})");
        Console.WriteLine($"  CPU time per exchange {figures.CpuTime.TotalMicroseconds,8:0} µs   (client and server together, all cores)");
        Console.WriteLine($"  allocated             {figures.Bytes / 1024,8:0} KB   an exchange, client and server together");
        Console.WriteLine($"  latency               {figures.P50.TotalMilliseconds,8:0.0} ms   p50, {figures.P99.TotalMilliseconds:0.0} ms p99, {Clients * Concurrency} at a time");
    }

    /// <summary>A server with so many clients registered, of which four exchange as fast as they can.</summary>
    private sealed class Load(ExchangeServer server, int agents) : IAsyncDisposable
    {
        private readonly HttpClient[] _clients = [.. Enumerable.Range(0, Clients).Select(server.ClientOf)];
        private readonly List<Figures> _turns = [];

        public IEnumerable<double> Rates => _turns.Select(turn => turn.PerSecond);

        public static async Task<Load> StartAsync(int agents) => new(await ExchangeServer.StartAsync(agents), agents);

        public async Task MeasureAsync(double seconds, bool keep)
        {
            var (cpu, allocated) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
            var stopwatch = Stopwatch.StartNew();
            var latencies = await RunAsync(server, _clients, agents, seconds);
            var (elapsed, used) = (stopwatch.Elapsed, Environment.CpuUsage.TotalTime - cpu);
            var bytes = (double)(GC.GetTotalAllocatedBytes() - allocated) / latencies.Count;
            latencies.Sort();
            if (keep)
            {
                _turns.Add(new(latencies.Count / elapsed.TotalSeconds, used / latencies.Count, bytes, latencies[latencies.Count / 2], latencies[(int)(latencies.Count * 0.99)]));
            }
        }

        public Figures Median() => _turns.OrderBy(turn => turn.PerSecond).ElementAt(_turns.Count / 2);

        public async ValueTask DisposeAsync()
        {
            foreach (var client in _clients)
            {
                client.Dispose();
            }
            await server.DisposeAsync();
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
        const int Rounds = 1000;
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

    private sealed record Figures(double PerSecond, TimeSpan CpuTime, double Bytes, TimeSpan P50, TimeSpan P99);
}
