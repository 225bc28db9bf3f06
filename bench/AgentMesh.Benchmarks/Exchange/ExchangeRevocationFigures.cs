using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace AgentMesh.Benchmarks.Exchange;

/// <summary>
/// How long after an operator's call the last of four agents refuses a party that it was serving a moment before, and the last of 200 further
/// subscribers holds the signed event. The agents are called without pause all the while, and the server exchanges tokens.
/// </summary>
internal static class ExchangeRevocationFigures
{
    private const int Agents = 4;
    private const int WarmUp = 5;
    private const int Rounds = 300;
    private static readonly TimeSpan Bound = TimeSpan.FromMilliseconds(250);

    public static async Task<int> Print(string[] args)
    {
        Console.WriteLine($"From the operator's call to disable a party, {Rounds} times, {Agents} agents called without pause (goal: p99 at most {Bound.TotalMilliseconds:0} ms)");
        var kept = await MeasureAsync(subscribers: 0);
        kept &= await MeasureAsync(subscribers: 200);
        return kept ? 0 : 1;
    }

    private static async Task<bool> MeasureAsync(int subscribers)
    {
        var folder = Directory.CreateTempSubdirectory("rb-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "mesh.json"), ExchangeMesh.Describe(Agents));
        await using var server = await ExchangeServer.StartAsync(Agents);
        var callees = await Task.WhenAll(Enumerable.Range(0, Agents).Select(agent => RevocationCallee.StartAsync(server, agent, folder)));
        using var ended = new CancellationTokenSource();
        using var load = new RevocationLoad(server, callees, ended.Token);
        using var admin = new RevocationParty(server, ExchangeMesh.Operator);
        var probes = Enumerable.Range(0, ExchangeMesh.Probes).Select(i => new RevocationParty(server, ExchangeMesh.ProbeId(i))).ToArray();
        // A connection carries at most a hundred requests at a time.
        var clients = Enumerable.Range(0, Agents).Select(server.ClientOf).ToArray();
        var listeners = Enumerable.Range(0, subscribers).Select(i => new Subscriber(clients[i % Agents], $"s{i}")).ToArray();
        try
        {
            List<TimeSpan> refusing = [], holding = [];
            for (var round = 0; round < WarmUp + Rounds; round++)
            {
                var turn = round % probes.Length;
                var probe = probes[turn];
                var tokens = await Task.WhenAll(Enumerable.Range(0, Agents).Select(callee => probe.ExchangeAsync(callee)));
                for (var callee = 0; callee < Agents; callee++)
                {
                    // The agents hear of its return, too.
                    await UntilAsync(async () => await probe.CallAsync(callees[callee], tokens[callee]) is null);
                }
                var disabled = listeners.Select(listener => listener.NextAsync()).ToArray();
                await UntilAsync(() => Task.FromResult(server.Polls == Agents + subscribers));
                var probing = callees.Select((callee, i) => new Probing(probe, callee, tokens[i])).ToArray();
                await Task.WhenAll(probing.Select(each => each.Served));

                var started = Stopwatch.GetTimestamp();
                await admin.PostAsync($"parties/probe{turn}/disable");
                var refused = await Task.WhenAll(probing.Select(each => each.Refused));
                var held = await Task.WhenAll(disabled);
                if (round >= WarmUp)
                {
                    refusing.Add(Stopwatch.GetElapsedTime(started, refused.Max()));
                    holding.Add(Stopwatch.GetElapsedTime(started, held.Append(started).Max()));
                }

                var enabled = listeners.Select(listener => listener.NextAsync()).ToArray();
                await UntilAsync(() => Task.FromResult(server.Polls == Agents + subscribers));
                await admin.PostAsync($"parties/probe{turn}/enable");
                await Task.WhenAll(enabled);
            }
            var kept = Print($"to the last of {Agents} agents refusing, {subscribers} further subscribers", refusing);
            return subscribers == 0 ? kept : kept & Print($"to the last of {subscribers} subscribers holding the event", holding);
        }
        finally
        {
            await ended.CancelAsync();
            await load.Ended;
            foreach (var client in clients.AsEnumerable<IDisposable>().Concat(probes))
            {
                client.Dispose();
            }
            foreach (var callee in callees)
            {
                await callee.DisposeAsync();
            }
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool Print(string what, List<TimeSpan> times)
    {
        times.Sort();
        Console.WriteLine($"  {what,-58} p50 {At(0.5):0.0} ms   p99 {At(0.99):0.0} ms   max {At(1):0.0} ms");
        return At(0.99) <= Bound.TotalMilliseconds;

        double At(double share) => times[(int)Math.Ceiling(share * times.Count) - 1].TotalMilliseconds;
    }

    private static async Task UntilAsync(Func<Task<bool>> reached)
    {
        while (!await reached())
        {
            await Task.Delay(1);
        }
    }

    /// <summary>Calls one agent without pause until it refuses.</summary>
    private sealed class Probing
    {
        private readonly TaskCompletionSource _served = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Probing(RevocationParty probe, RevocationCallee callee, string token) => Refused = CallAsync(probe, callee, token);

        public Task Served => _served.Task;

        /// <summary>When the first refusal was here.</summary>
        public Task<long> Refused { get; }

        private async Task<long> CallAsync(RevocationParty probe, RevocationCallee callee, string token)
        {
            while (await probe.CallAsync(callee, token) is var reason)
            {
                if (reason is null)
                {
                    _served.TrySetResult();
                    continue;
                }
                var refused = Stopwatch.GetTimestamp();
                return reason == "agent_revoked" ? refused : throw new InvalidOperationException($"The probe was refused for {reason}.");
            }
            throw new UnreachableException();
        }
    }

    /// <summary>Polls as RFC 8936 says: each poll acknowledges what the one before it brought.</summary>
    private sealed class Subscriber(HttpClient client, string stream)
    {
        private string[] _received = [];

        /// <returns>When the next event was here.</returns>
        public async Task<long> NextAsync()
        {
            while (true)
            {
                using var response = await client.PostAsJsonAsync(new Uri($"events/{stream}", UriKind.Relative), new { ack = _received });
                var answer = await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>();
                _received = [.. answer!["sets"]!.AsObject().Select(set => set.Key)];
                if (_received.Length > 0)
                {
                    return Stopwatch.GetTimestamp();
                }
            }
        }
    }
}
