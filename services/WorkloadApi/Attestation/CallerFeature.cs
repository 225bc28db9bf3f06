using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace AgentMesh.WorkloadApi.Attestation;

/// <summary>Who is at the other end of this connection. Present on the Unix socket's connections and nowhere else.</summary>
internal sealed record CallerFeature(CallerProcess? Process)
{
    /// <summary>Attests each connection as soon as it is accepted: the sooner, the less time a process has to become another program.</summary>
    public static Func<ConnectionDelegate, ConnectionDelegate> Attest(ICallerAttestor attestor) => next => async connection =>
    {
        var socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket;
        using var process = socket is null ? null : attestor.Attest(socket);
        connection.Features.Set(new CallerFeature(process));
        await next(connection);
    };
}
