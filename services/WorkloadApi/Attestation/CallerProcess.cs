namespace AgentMesh.WorkloadApi.Attestation;

/// <summary>
/// The process at the other end of a connection, as the kernel tells it and not as it tells itself. Everything here
/// was true of one and the same process; <see cref="IsUnchanged"/> says whether it still is.
/// </summary>
/// <remarks>
/// This tells programs apart, not adversaries: who can attach a debugger to an agent, or start it with a library of
/// their own preloaded, is that agent. That needs the same user (or root), and is why the server is for development.
/// </remarks>
internal abstract class CallerProcess : IDisposable
{
    public abstract int ProcessId { get; }

    /// <summary>Effective user when it connected; null where the system has no such number.</summary>
    public abstract uint? UserId { get; }

    /// <summary>Effective group when it connected; null where the system has no such number.</summary>
    public abstract uint? GroupId { get; }

    /// <summary>Whether it runs as the same user as this server.</summary>
    public abstract bool IsServersUser { get; }

    /// <summary>The executable, symbolic links resolved. A program started as <c>dotnet x.dll</c> is <c>dotnet</c>.</summary>
    public abstract string ExecutablePath { get; }

    /// <summary>SHA-256 of the file that is being executed, lower-case hexadecimal; computed when first asked for. Null: it cannot be read.</summary>
    public abstract string? ExecutableSha256 { get; }

    /// <summary>Whether it executes the very file that is at this path now, through whatever links.</summary>
    public abstract bool Executes(string path);

    /// <summary>Whether it is alive, is still the process that connected, and executes what it did.</summary>
    public abstract bool IsUnchanged();

    public abstract void Dispose();

    public override string ToString() => $"pid {ProcessId} ({ExecutablePath})";
}
