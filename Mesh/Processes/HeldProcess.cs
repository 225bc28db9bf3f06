using System.ComponentModel;
using System.Runtime.InteropServices;

namespace AgentMesh.Cli.Processes;

/// <summary>A process that stands still until this is disposed: it answers nobody meanwhile, and loses nothing.</summary>
internal sealed partial class HeldProcess : IDisposable
{
    private readonly int _processId;

    private HeldProcess(int processId) => _processId = processId;

    /// <summary>Whether this system can hold a process.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    private static (int Stop, int Continue) Signals => OperatingSystem.IsMacOS() ? (17, 19) : (19, 18);

    /// <exception cref="MeshException">The process has ended.</exception>
    public static HeldProcess Hold(int processId) => Signal(processId, Signals.Stop) == 0
        ? new HeldProcess(processId)
        : throw MeshException.Unavailable($"process {processId} cannot be held: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    public void Dispose() => _ = Signal(_processId, Signals.Continue);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int processId, int signal);
}
