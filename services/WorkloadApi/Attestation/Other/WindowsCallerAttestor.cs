using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Principal;
using Microsoft.Win32.SafeHandles;

namespace AgentMesh.WorkloadApi.Attestation.Other;

/// <summary>Windows: SIO_AF_UNIX_GETPEERPID; the process's user from its token. There are no unix:uid and unix:gid. Not exercised by continuous integration.</summary>
[SupportedOSPlatform("windows")]
internal sealed partial class WindowsCallerAttestor : ICallerAttestor
{
    private const int GetPeerProcessId = 0x58000100;   // SIO_AF_UNIX_GETPEERPID
    private const uint TokenQuery = 8;

    public CallerProcess? Attest(Socket connection)
    {
        try
        {
            var processId = new byte[4];
            connection.IOControl(GetPeerProcessId, null, processId);
            return PortableCallerProcess.Read(BitConverter.ToInt32(processId), null, null, p => IsServersUser(p.SafeHandle));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    private static bool IsServersUser(SafeProcessHandle process)
    {
        if (!OpenProcessToken(process, TokenQuery, out var token))
            return false;
        using (token)
        using (var theirs = new WindowsIdentity(token.DangerousGetHandle()))
        using (var ours = WindowsIdentity.GetCurrent())
            return ours.User is { } user && theirs.User is { } other && user.Equals(other);
    }

    [LibraryImport("advapi32", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool OpenProcessToken(SafeProcessHandle process, uint access, out SafeAccessTokenHandle token);
}
