using System.CommandLine;
using System.Net.Sockets;
using AgentMesh.Cli.Output;
using AgentMesh.WorkloadApi.Protocol;
using Grpc.Core;
using Grpc.Net.Client;

namespace AgentMesh.Cli.CommandLine;

/// <summary><c>mesh rotate</c>: has the embedded Workload API renew an X509-SVID, or what signs SVIDs, ahead of time. SPIRE has no such call.</summary>
internal static class RotateCommand
{
    private const string Scheme = "unix://";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // As for every call of the Workload API (Workload Endpoint §3).
    private static readonly Metadata Header = new() { { "workload.spiffe.io", "true" } };

    private static readonly Option<string?> Authority = new Option<string?>("--authority")
    {
        Description = "Instead of an agent's SVID, what signs SVIDs: x509 for the CA, jwt for the key of JWT-SVIDs.",
        HelpName = "x509|jwt",
    }.AcceptOnlyFromAmong("x509", "jwt");

    public static Command Create(Screen screen)
    {
        var name = new Argument<string?>("name") { Description = "The agent whose X509-SVID is renewed.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("rotate", "Renew an agent's X509-SVID now, or what signs SVIDs: the embedded Workload API sends new ones, and connections move to them.") { name, Authority, Options.Json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var mesh = LiveMesh.Find();
            var party = parsed.GetValue(name);
            var authority = parsed.GetValue(Authority);
            if ((party is null) == (authority is null))
                throw MeshException.BadInput("give the name of an agent, or --authority x509 or jwt.");
            if (authority is not null)
            {
                var from = await RotateAsync(mesh.WorkloadApi, new RotateRequest { Target = authority == "x509" ? RotationTarget.X509Authority : RotationTarget.JwtAuthority }, cancellationToken);
                return Done(screen, parsed, $"{authority} authority", $"a new {authority} authority signs from {from:HH:mm:ss} UTC; until then it is published, so that everybody trusts it in time", from);
            }
            if (!mesh.Manifest.Agents.TryGetValue(party!, out var agent))
                throw MeshException.BadInput($"there is no agent '{party}' in {mesh.Manifest.Path} (there: {string.Join(", ", mesh.Manifest.Agents.Keys)}).");
            var since = await RotateAsync(mesh.WorkloadApi, new RotateRequest { Target = RotationTarget.X509Svid, SpiffeId = agent.SpiffeId }, cancellationToken);
            return Done(screen, parsed, agent.SpiffeId, $"{agent.SpiffeId} has a new X509-SVID", since);
        });
        return command.WithExamples("mesh rotate risk-analyst       # then `mesh ask`: the calls go on with the new SVID",
            "mesh rotate --authority x509   # a new CA, which signs once everybody knows it",
            "mesh rotate --authority jwt    # a new key for JWT-SVIDs");
    }

    private static async Task<DateTime> RotateAsync(string workloadApi, RotateRequest request, CancellationToken cancellationToken)
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
            var answer = await new WorkloadAdmin.WorkloadAdminClient(channel).RotateAsync(
                request, Header, TimeProvider.System.GetUtcNow().UtcDateTime + Patience, cancellationToken);
            return answer.Effective.ToDateTime();
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            throw MeshException.BadInput($"the Workload API at {workloadApi} renews by itself and not when asked: it is not this project's. With SPIRE write the registration entry again (docs/aspire.md).", e);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw MeshException.Unavailable($"the Workload API at {workloadApi} does not renew: {e.Status.Detail}", e);
        }
    }

    private static int Done(Screen screen, ParseResult parsed, string what, string words, DateTime from)
    {
        if (parsed.GetValue(Options.Json))
            JsonOutput.Write(new { rotated = what, from });
        else
            screen.Line(words);
        return ExitCode.Ok;
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
