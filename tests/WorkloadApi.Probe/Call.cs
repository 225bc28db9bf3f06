using AgentMesh.Spiffe.Protocol;
using Grpc.Core;
using Grpc.Net.Client;

namespace AgentMesh.WorkloadApi.Probe;

internal static class Call
{
    /// <summary>Prints the caller's SPIFFE IDs, or the status and its message.</summary>
    public static async Task PrintAsync(Stream connection)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = (_, _) => ValueTask.FromResult(connection),
        };
        using var channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { HttpHandler = handler });
        var client = new SpiffeWorkloadAPI.SpiffeWorkloadAPIClient(channel);
        using var call = client.FetchX509SVID(new X509SVIDRequest(), new Metadata { { "workload.spiffe.io", "true" } });
        try
        {
            await call.ResponseStream.MoveNext(CancellationToken.None);
            await Console.Out.WriteLineAsync(string.Join(' ', call.ResponseStream.Current.Svids.Select(s => s.SpiffeId)));
        }
        catch (RpcException e)
        {
            await Console.Out.WriteLineAsync($"{e.StatusCode}: {e.Status.Detail}");
        }
    }
}
