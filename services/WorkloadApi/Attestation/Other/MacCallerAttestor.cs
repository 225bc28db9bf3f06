using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace AgentMesh.WorkloadApi.Attestation.Other;

/// <summary>macOS: LOCAL_PEERPID and LOCAL_PEERCRED (unix(4)). Not exercised by continuous integration.</summary>
internal sealed partial class MacCallerAttestor : ICallerAttestor
{
    private const int LocalLevel = 0;             // SOL_LOCAL
    private const int PeerCredentialsName = 1;    // LOCAL_PEERCRED
    private const int PeerProcessIdName = 2;      // LOCAL_PEERPID

    public CallerProcess? Attest(Socket connection)
    {
        try
        {
            Span<byte> processId = stackalloc byte[4];
            connection.GetRawSocketOption(LocalLevel, PeerProcessIdName, processId);
            // struct xucred: version, uid, number of groups, sixteen groups of which the first is the effective one
            Span<byte> credentials = stackalloc byte[76];
            connection.GetRawSocketOption(LocalLevel, PeerCredentialsName, credentials);
            var userId = MemoryMarshal.Read<uint>(credentials[4..]);
            var groupId = MemoryMarshal.Read<uint>(credentials[12..]);
            return PortableCallerProcess.Read(MemoryMarshal.Read<int>(processId), userId, groupId, _ => userId == GetEffectiveUserId());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint GetEffectiveUserId();
}
