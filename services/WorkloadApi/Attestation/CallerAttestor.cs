namespace AgentMesh.WorkloadApi.Attestation;

internal static class CallerAttestor
{
    /// <summary>The attestor for this operating system. Only Linux's is exercised by continuous integration.</summary>
    public static ICallerAttestor ForThisSystem() =>
        OperatingSystem.IsLinux() ? new Linux.LinuxCallerAttestor()
        : OperatingSystem.IsMacOS() ? new Other.MacCallerAttestor()
        : OperatingSystem.IsWindows() ? new Other.WindowsCallerAttestor()
        : throw new Configuration.SettingsException("This operating system cannot tell who connects to a Unix socket. Use Linux, macOS or Windows, or SPIRE.");
}
