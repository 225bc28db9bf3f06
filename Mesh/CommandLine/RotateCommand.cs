using System.CommandLine;
using System.Net.Sockets;
using AgentMesh.Cli.Output;
using AgentMesh.WorkloadApi.Protocol;
using Grpc.Core;
using Grpc.Net.Client;

namespace AgentMesh.Cli.CommandLine;

/// <summary><c>mesh rotate</c>: has the embedded Workload API renew a party's X509-SVID ahead of time. SPIRE has no such call.</summary>
internal static class RotateCommand
{
    private const string Scheme = "unix://";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // As for every call of the Workload API (Workload Endpoint §3).
    private static readonly Metadata Header = new() { { "workload.spiffe.io", "true" } };

    public static Command Create(Screen screen)
    {
        var name = new Argument<string>("name") { Description = "The agent whose SVID is renewed." };
        var command = new Command("rotate", "Renew an agent's X509-SVID now: the embedded Workload API sends it a new one, and connections move to it.") { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var mesh = LiveMesh.Find();
            var party = parsed.GetRequiredValue(name);
            if (!mesh.Manifest.Agents.TryGetValue(party, out var agent))
                throw MeshException.BadInput($"there is no agent '{party}' in {mesh.Manifest.Path} (there: {string.Join(", ", mesh.Manifest.Agents.Keys)}).");
            await RotateAsync(mesh.WorkloadApi, agent.SpiffeId, cancellationToken);
            screen.Line($"{agent.SpiffeId} has a new X509-SVID");
            return ExitCode.Ok;
        });
        return command.WithExamples("mesh rotate risk-analyst   # then `mesh ask`: the calls go on with the new SVID");
    }

    private static async Task RotateAsync(string workloadApi, string spiffeId, CancellationToken cancellationToken)
    {
        if (!workloadApi.StartsWith(Scheme, StringComparison.Ordinal))
            throw MeshException.BadInput($"the Workload API at {workloadApi} is not on a Unix socket, on which alone an operator is recognised.");
        var endpoint = new UnixDomainSocketEndPoint(workloadApi[Scheme.Length..]);
        using var channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { ConnectCallback = (_, ct) => ConnectAsync(endpoint, ct), UseProxy = false },
            DisposeHttpClient = true,
        });
        try
        {
            await new WorkloadAdmin.WorkloadAdminClient(channel).RotateAsync(
                new RotateRequest { Target = RotationTarget.X509Svid, SpiffeId = spiffeId }, Header, TimeProvider.System.GetUtcNow().UtcDateTime + Patience, cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            throw MeshException.BadInput($"the Workload API at {workloadApi} renews by itself and not when asked: it is not this project's. With SPIRE write the registration entry again (docs/aspire.md).", e);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw MeshException.Unavailable($"the Workload API at {workloadApi} does not renew {spiffeId}: {e.Status.Detail}", e);
        }
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
