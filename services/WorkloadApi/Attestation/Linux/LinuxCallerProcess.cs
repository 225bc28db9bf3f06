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
    private readonly FileIdentity _executable;
    private readonly string _executableLink;
    private readonly ulong _startTime;
    private readonly Lazy<string?> _sha256;

    private LinuxCallerProcess(PeerCredentials credentials, SafeFileHandle? handle, FileIdentity executable, string path, ulong startTime)
    {
        (_credentials, _handle, _executable, _startTime) = (credentials, handle, executable, startTime);
        _executableLink = LinkTo(credentials.ProcessId);
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
    /// <returns>Null: the process is gone, belongs to another process namespace, or may not be looked at.</returns>
    public static LinuxCallerProcess? Read(PeerCredentials credentials, SafeFileHandle? handle)
    {
        var pid = credentials.ProcessId;
        if (pid > 0
            && StartTime(pid) is { } startTime
            && new FileInfo(LinkTo(pid)).LinkTarget is { } path
            && FileIdentity.Of(LinkTo(pid)) is { } executable)
        {
            var caller = new LinuxCallerProcess(credentials, handle, executable, path, startTime);
            if (caller.IsUnchanged())
                return caller;
        }
        handle?.Dispose();
        return null;
    }

    public override bool Executes(string path) => _executable.IsSameFileAs(FileIdentity.Of(path));

    public override bool IsUnchanged() =>
        StartTime(ProcessId) == _startTime
        && _executable.IsSameFileAs(FileIdentity.Of(_executableLink))
        // Last: while the process lives, what the lines above read by its number was about it.
        && (_handle is null || (!_handle.IsClosed && PeerCredentials.IsAlive(_handle)));

    public override void Dispose() => _handle?.Dispose();

    private static string LinkTo(int pid) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/exe");

    /// <summary>Ticks between the machine's start and the process's, the 22nd field of /proc/PID/stat; null: no such process.</summary>
    private static ulong? StartTime(int pid)
    {
        string stat;
        try
        {
            stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
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
            using var file = File.OpenRead(_executableLink);
            var hash = SHA256.HashData(file);
            return IsUnchanged() ? Convert.ToHexStringLower(hash) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
