using System.Net.Sockets;
using AgentMesh.AuthServer.Hosting;
using AgentMesh.WorkloadApi.Protocol;
using Grpc.Core;
using Grpc.Net.Client;

namespace AgentMesh.AuthServer.Revocation;

/// <summary>
/// The admin service of this project's Workload API. It is served on the Workload API's Unix socket alone, and knows this process by
/// what the kernel says about it; there is no credential.
/// </summary>
internal sealed class WorkloadAdmin : IDisposable
{
    private const string Setting = "SPIFFE_ENDPOINT_SOCKET";
    private const string Scheme = "unix://";
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    // Exact name and value, as for every call of the Workload API (Workload Endpoint §3).
    private static readonly Metadata Header = new() { { "workload.spiffe.io", "true" } };

    private readonly GrpcChannel _channel;
    private readonly AgentMesh.WorkloadApi.Protocol.WorkloadAdmin.WorkloadAdminClient _client;

    /// <param name="socket">As <c>SPIFFE_ENDPOINT_SOCKET</c> has it.</param>
    /// <exception cref="StartupException">It is no Unix socket.</exception>
    public WorkloadAdmin(string? socket)
    {
        if (socket?.StartsWith(Scheme, StringComparison.Ordinal) != true)
        {
            throw new StartupException($"Mesh:AuthServer:SvidWithdrawal is workloadApi, but {Setting} is not set to the Unix socket of AgentMesh's Workload API, such as unix:///run/mesh/workload.sock. With SPIRE set Mesh:AuthServer:SvidWithdrawal to none.");
        }
        var endpoint = new UnixDomainSocketEndPoint(Uri.UnescapeDataString(socket[Scheme.Length..]));
        _channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { ConnectCallback = (_, cancellation) => ConnectAsync(endpoint, cancellation), UseProxy = false },
            DisposeHttpClient = true,
        });
        _client = new(_channel);
    }

    /// <summary>The parties that SVIDs are issued to, and whether they are now.</summary>
    /// <exception cref="RpcException">It cannot be reached, or does not take this process for the authorization server.</exception>
    public async Task<IReadOnlyList<EntryState>> ListAsync(CancellationToken cancellationToken)
    {
        using var limit = Limit(cancellationToken);
        return (await _client.ListEntriesAsync(new ListEntriesRequest(), Header, cancellationToken: limit.Token)).Entries;
    }

    /// <summary>Ends a party's SVIDs and its streams, or gives them back.</summary>
    /// <exception cref="RpcException">It cannot be reached, or does not take this process for the authorization server.</exception>
    public async Task SetAsync(string spiffeId, bool enabled, CancellationToken cancellationToken)
    {
        using var limit = Limit(cancellationToken);
        await _client.SetEntryStateAsync(new SetEntryStateRequest { SpiffeId = spiffeId, Enabled = enabled }, Header, cancellationToken: limit.Token);
    }

    public void Dispose() => _channel.Dispose();

    private static CancellationTokenSource Limit(CancellationToken cancellationToken)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Longest);
        return limit;
    }

    private static async ValueTask<Stream> ConnectAsync(UnixDomainSocketEndPoint endpoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(endpoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
