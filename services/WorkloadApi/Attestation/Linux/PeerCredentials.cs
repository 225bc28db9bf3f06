using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace AgentMesh.WorkloadApi.Attestation.Linux;

/// <summary>What Linux notes about a Unix socket's peer when it connects (unix(7)).</summary>
[SupportedOSPlatform("linux")]
internal readonly partial record struct PeerCredentials(int ProcessId, uint UserId, uint GroupId)
{
    private const int SocketLevel = 1;          // SOL_SOCKET
    private const int PeerCredentialsName = 17; // SO_PEERCRED
    private const int PeerHandleName = 77;      // SO_PEERPIDFD, since Linux 6.5
    private const int OptionUnknown = 92;       // ENOPROTOOPT

    public static uint OwnUserId { get; } = GetEffectiveUserId();

    public static PeerCredentials Of(Socket connection)
    {
        Span<byte> credentials = stackalloc byte[12];
        connection.GetRawSocketOption(SocketLevel, PeerCredentialsName, credentials);
        return new PeerCredentials(
            MemoryMarshal.Read<int>(credentials), MemoryMarshal.Read<uint>(credentials[4..]), MemoryMarshal.Read<uint>(credentials[8..]));
    }

    /// <summary>A handle that stays with the process that connected, whoever gets its number later. Null: this kernel has none.</summary>
    public static SafeFileHandle? HandleOf(Socket connection)
    {
        Span<byte> handle = stackalloc byte[4];
        try
        {
            connection.GetRawSocketOption(SocketLevel, PeerHandleName, handle);
        }
        catch (SocketException e) when (e.NativeErrorCode == OptionUnknown || e.SocketErrorCode == SocketError.ProtocolOption)
        {
            return null;
        }
        return new SafeFileHandle(MemoryMarshal.Read<int>(handle), ownsHandle: true);
    }

    /// <summary>Whether the process behind a handle from <see cref="HandleOf"/> is alive.</summary>
    public static bool IsAlive(SafeFileHandle process)
    {
        const short Readable = 1;   // POLLIN: a process handle is readable from its end on
        var poll = new PollEntry { Handle = (int)process.DangerousGetHandle(), Events = Readable };
        return Poll(ref poll, 1, 0) == 0;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll(ref PollEntry entries, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Handle;
        public short Events;
        public short Occurred;
    }
}
