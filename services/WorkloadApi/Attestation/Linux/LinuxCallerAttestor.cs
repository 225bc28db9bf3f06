using System.Net.Sockets;
using System.Runtime.Versioning;

namespace AgentMesh.WorkloadApi.Attestation.Linux;

/// <summary>SO_PEERCRED for who, SO_PEERPIDFD (or the start time) against reuse of the process number, /proc for what it executes.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxCallerAttestor : ICallerAttestor
{
    public CallerProcess? Attest(Socket connection)
    {
        try
        {
            return LinuxCallerProcess.Read(PeerCredentials.Of(connection), PeerCredentials.HandleOf(connection));
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // Gone already, or of a user whose processes this one may not look at.
            return null;
        }
    }
}
