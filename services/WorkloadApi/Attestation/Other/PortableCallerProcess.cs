using System.Diagnostics;
using System.Security.Cryptography;

namespace AgentMesh.WorkloadApi.Attestation.Other;

/// <summary>A process on a system without /proc, by what .NET can tell of it. Not exercised by continuous integration.</summary>
internal sealed class PortableCallerProcess : CallerProcess
{
    private readonly Process _process;
    private readonly DateTime _started;
    private readonly Lazy<string?> _sha256;

    private PortableCallerProcess(Process process, string path, uint? userId, uint? groupId, bool isServersUser)
    {
        _process = process;
        _started = process.StartTime;
        ProcessId = process.Id;
        ExecutablePath = path;
        UserId = userId;
        GroupId = groupId;
        IsServersUser = isServersUser;
        _sha256 = new(HashExecutable);
    }

    public override int ProcessId { get; }

    public override uint? UserId { get; }

    public override uint? GroupId { get; }

    public override bool IsServersUser { get; }

    public override string ExecutablePath { get; }

    public override string? ExecutableSha256 => _sha256.Value;

    public static PortableCallerProcess? Read(int processId, uint? userId, uint? groupId, Func<Process, bool> isServersUser)
    {
        Process? process = null;
        try
        {
            process = Process.GetProcessById(processId);
            if (process.MainModule?.FileName is { } path)
            {
                var caller = new PortableCallerProcess(process, path, userId, groupId, isServersUser(process));
                if (caller.IsUnchanged())
                    return caller;
            }
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // Gone already, or of a user whose processes this one may not look at.
        }
        process?.Dispose();
        return null;
    }

    public override bool Executes(string path)
    {
        var target = File.Exists(path) ? new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path) : path;
        return string.Equals(target, ExecutablePath, OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
    }

    public override bool IsUnchanged()
    {
        try
        {
            using var now = Process.GetProcessById(ProcessId);
            return !_process.HasExited && now.StartTime == _started && now.MainModule?.FileName == ExecutablePath;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    public override void Dispose() => _process.Dispose();

    private string? HashExecutable()
    {
        try
        {
            using var file = File.OpenRead(ExecutablePath);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
