using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace AgentMesh.WorkloadApi.Attestation.Linux;

/// <summary>
/// Which file a path leads to. Paths alone do not do: a process in a mount namespace of its own, which needs no
/// privilege, can have any program shown under any path.
/// </summary>
[SupportedOSPlatform("linux")]
internal readonly partial record struct FileIdentity(ulong Device, ulong Inode, uint Owner, ushort Mode)
{
    private const int CurrentFolder = -100;
    private const uint BasicStats = 0x7ff;

    /// <summary>Follows symbolic links, also those in /proc. Null: there is none, or it may not be looked at.</summary>
    public static FileIdentity? Of(string path)
    {
        // struct statx of Linux's stat.h, the same on every architecture.
        Span<byte> stat = stackalloc byte[256];
        if (StatX(CurrentFolder, path, 0, BasicStats, ref MemoryMarshal.GetReference(stat)) != 0)
            return null;
        return new FileIdentity(
            ((ulong)Number(stat[136..]) << 32) | Number(stat[140..]),
            BitConverter.IsLittleEndian ? BinaryPrimitives.ReadUInt64LittleEndian(stat[32..]) : BinaryPrimitives.ReadUInt64BigEndian(stat[32..]),
            Number(stat[20..]),
            MemoryMarshal.Read<ushort>(stat[28..]));

        static uint Number(ReadOnlySpan<byte> at) => MemoryMarshal.Read<uint>(at);
    }

    public bool IsSameFileAs(FileIdentity? other) => other is { } that && that.Device == Device && that.Inode == Inode;

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int StatX(int folder, string path, int flags, uint mask, ref byte result);
}
