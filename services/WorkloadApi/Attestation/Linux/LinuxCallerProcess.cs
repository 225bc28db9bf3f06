using System.Globalization;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace AgentMesh.WorkloadApi.Attestation.Linux;

[SupportedOSPlatform("linux")]
internal sealed class LinuxCallerProcess : CallerProcess
{
    private readonly PeerCredentials _credentials;
    private readonly SafeFileHandle? _handle;
    private readonly string _folder;
    private readonly FileIdentity _executable;
    private readonly ulong _startTime;
    private readonly Lazy<string?> _sha256;

    private LinuxCallerProcess(
        PeerCredentials credentials, SafeFileHandle? handle, string folder, FileIdentity executable, string path, ulong startTime)
    {
        (_credentials, _handle, _folder, _executable, _startTime) = (credentials, handle, folder, executable, startTime);
        ExecutablePath = path;
        _sha256 = new(HashExecutable);
    }

    public override int ProcessId => _credentials.ProcessId;

    public override uint? UserId => _credentials.UserId;

    public override uint? GroupId => _credentials.GroupId;

    public override bool IsServersUser => _credentials.UserId == PeerCredentials.OwnUserId;

    /// <summary>Ends in " (deleted)" when the file has been replaced since, and then matches no selector.</summary>
    public override string ExecutablePath { get; }

    public override string? ExecutableSha256 => _sha256.Value;

    /// <summary>Reads /proc, and then makes sure that it was the process with these credentials that it read about.</summary>
    /// <param name="credentials">The kernel's word.</param>
    /// <param name="handle">The process itself, where the kernel gives it; disposed with the result, or when there is none.</param>
    /// <param name="root">Where the kernel shows processes.</param>
    /// <returns>Null: the process is gone, belongs to another process namespace, or may not be looked at.</returns>
    public static LinuxCallerProcess? Read(PeerCredentials credentials, SafeFileHandle? handle, string root = "/proc")
    {
        var folder = string.Create(CultureInfo.InvariantCulture, $"{root}/{credentials.ProcessId}");
        if (credentials.ProcessId > 0
            && StartTime(folder) is { } startTime
            && new FileInfo(LinkIn(folder)).LinkTarget is { } path
            && FileIdentity.Of(LinkIn(folder)) is { } executable)
        {
            var caller = new LinuxCallerProcess(credentials, handle, folder, executable, path, startTime);
            if (caller.IsUnchanged())
                return caller;
        }
        handle?.Dispose();
        return null;
    }

    public override bool Executes(string path) => _executable.IsSameFileAs(FileIdentity.Of(path));

    public override bool IsUnchanged() =>
        StartTime(_folder) == _startTime
        && _executable.IsSameFileAs(FileIdentity.Of(LinkIn(_folder)))
        // Last: while the process lives, what the lines above read by its number was about it.
        && (_handle is null || (!_handle.IsClosed && PeerCredentials.IsAlive(_handle)));

    public override void Dispose() => _handle?.Dispose();

    private static string LinkIn(string folder) => folder + "/exe";

    /// <summary>Ticks between the machine's start and the process's, the 22nd field of /proc/PID/stat; null: no such process.</summary>
    private static ulong? StartTime(string folder)
    {
        string stat;
        try
        {
            stat = File.ReadAllText(folder + "/stat");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        // The second field is the program's name in parentheses and may contain anything, parentheses and spaces too.
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 19 && ulong.TryParse(fields[19], CultureInfo.InvariantCulture, out var ticks) ? ticks : null;
    }

    private string? HashExecutable()
    {
        try
        {
            using var file = File.OpenRead(LinkIn(_folder));
            var hash = SHA256.HashData(file);
            return IsUnchanged() ? Convert.ToHexStringLower(hash) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
