extern alias workload;

using System.Globalization;
using System.Net;
using AgentMesh.Benchmarks.WorkloadApi;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using workload::AgentMesh.WorkloadApi.Protocol;

namespace AgentMesh.Benchmarks.Spiffe;

/// <summary>
/// Whether anybody notices a rotation: requests at a fixed rate over mutual TLS between two endpoints that are fed by the
/// Workload API as a process of its own, first undisturbed, then with 20 forced rotations of the SVIDs and one of the authority.
/// </summary>
internal static class RotationFigures
{
    private const int RequestsPerSecond = 600;
    private const int Rotations = 20;
    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan BetweenRotations = TimeSpan.FromSeconds(0.5);

    public static async Task<int> Print(string[] args)
    {
        Console.WriteLine($"Rotation under {RequestsPerSecond} requests/s on {Environment.ProcessorCount} processors (client, server and Workload API share them)");
        await using var api = await WorkloadApiProcess.StartAsync("--Mesh:WorkloadApi:PropagationDelay=00:00:02");
        var options = new WorkloadApiClientOptions { EndpointSocket = api.EndpointSocket };
        await using var server = SpiffeSource.Create(options);
        await using var client = SpiffeSource.Create(options);
        await Task.WhenAll(server.WaitUntilReadyAsync(), client.WaitUntilReadyAsync());
        var self = Authorize.Id(client.GetX509Svid().Id);
        await using var endpoint = await TlsServer.StartAsync(server, server, self);
        using var http = new HttpClient(SpiffeTls.CreateHandler(client, client, self))
        {
            BaseAddress = endpoint.Address,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        await FixedRate.SendAsync(http, RequestsPerSecond, TimeSpan.FromSeconds(3));
        var steady = await FixedRate.SendAsync(http, RequestsPerSecond, Phase);
        var sending = FixedRate.SendAsync(http, RequestsPerSecond, Phase);
        await RotateAsync(api);
        var rotating = await sending;

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {"",-16}{"requests/s",12}{"failed",10}{"p50 ms",10}{"p99 ms",10}{"max ms",10}"));
        Row("steady", steady);
        Row("rotating", rotating);
        var ratio = rotating.Percentile(0.99) / steady.Percentile(0.99);
        var svids = endpoint.Peers.Select(static p => p.Thumbprint).Distinct().Count();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  p99 while rotating is {ratio:0.00} times the steady one (at most 3); the server met {svids} client SVIDs"));
        foreach (var failure in rotating.Failures.Take(3))
            Console.WriteLine("  failed: " + failure);
        return steady.Failures.Count + rotating.Failures.Count == 0 && ratio <= 3 && rotating.Rate >= 500 && svids > Rotations ? 0 : 1;
    }

    private static async Task RotateAsync(WorkloadApiProcess api)
    {
        using var channel = api.Connect();
        var admin = new WorkloadAdmin.WorkloadAdminClient(channel);
        for (var i = 0; i < Rotations; i++)
        {
            await admin.RotateAsync(new RotateRequest { Target = RotationTarget.X509Svid }, WorkloadApiProcess.Header);
            if (i == Rotations / 4)
                await admin.RotateAsync(new RotateRequest { Target = RotationTarget.X509Authority }, WorkloadApiProcess.Header);
            await Task.Delay(BetweenRotations);
        }
    }

    private static void Row(string name, FixedRate result) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"  {name,-16}{result.Rate,12:N0}{result.Failures.Count,10:N0}{result.Percentile(0.5),10:0.00}{result.Percentile(0.99),10:0.00}{result.Percentile(1),10:0.00}"));
}
