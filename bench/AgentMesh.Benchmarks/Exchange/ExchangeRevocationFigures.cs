using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace AgentMesh.Benchmarks.Exchange;

/// <summary>
/// How long after an operator's call the last of 200 subscribers holds the signed event, while the server exchanges tokens.
/// What a callee does with it is not in the figure: checking one signature and writing it into a dictionary.
/// </summary>
internal static class ExchangeRevocationFigures
{
    private const int Subscribers = 200;
    private const int Rounds = 40;
    private const int Agents = 4;
    private static readonly TimeSpan Bound = TimeSpan.FromMilliseconds(250);

    public static async Task<int> Print(string[] args)
    {
        await using var server = await ExchangeServer.StartAsync(Agents);
        var clients = Enumerable.Range(0, Agents).Select(server.ClientOf).ToArray();
        using var admin = server.ClientOf(ExchangeMesh.Operator);
        using var ended = new CancellationTokenSource();
        var load = Enumerable.Range(0, 8).Select(i => LoadAsync(server, clients[i % Agents], i % Agents, ended.Token)).ToArray();
        var subscribers = Enumerable.Range(0, Subscribers).Select(i => new Subscriber(clients[i % Agents], $"s{i}")).ToArray();
        try
        {
            List<TimeSpan> last = [];
            for (var round = 0; round < Rounds; round++)
            {
                var listening = subscribers.Select(subscriber => subscriber.NextAsync()).ToArray();
                var started = Stopwatch.GetTimestamp();
                using var done = await admin.PostAsync(new Uri($"tokens/round{round}/revoke", UriKind.Relative), content: null);
                done.EnsureSuccessStatusCode();
                var received = await Task.WhenAll(listening);
                last.Add(Stopwatch.GetElapsedTime(started, received.Max()));
            }
            last.Sort();
            var p99 = last[(int)(last.Count * 0.99)];
            Console.WriteLine($"revocation to the last of {Subscribers} subscribers: {last[last.Count / 2].TotalMilliseconds:0} ms p50, {p99.TotalMilliseconds:0} ms p99 of {Rounds} (goal: p99 at most {Bound.TotalMilliseconds:0} ms)");
            return p99 <= Bound ? 0 : 1;
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(load);
            foreach (var client in clients)
            {
                client.Dispose();
            }
        }
    }

    private static async Task LoadAsync(ExchangeServer server, HttpClient client, int agent, CancellationToken ended)
    {
        var subject = server.SubjectTokenFor(agent);
        while (!ended.IsCancellationRequested)
        {
            await ExchangeFigures.ExchangeAsync(client, subject, $"a{(agent + 1) % Agents}");
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
