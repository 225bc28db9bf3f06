using System.Net.Sockets;

namespace AgentMesh.WorkloadApi.Attestation;

/// <summary>Finds out who is at the other end of a Unix socket.</summary>
internal interface ICallerAttestor
{
    /// <returns>The process, or null: it cannot be told, and gets no identity.</returns>
    CallerProcess? Attest(Socket connection);
}
