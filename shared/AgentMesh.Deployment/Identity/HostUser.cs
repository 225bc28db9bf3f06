namespace AgentMesh.Deployment.Identity;

/// <summary>The user under whom this process runs, as the kernel names them. Linux only.</summary>
public static class HostUser
{
    private const string Status = "/proc/self/status";

    /// <summary>User id and group id as a container runtime takes them: <c>1000:1000</c>.</summary>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    public static string Current() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Id()}:{Effective("Gid:", Read())}");

    /// <summary>The effective user id, with which the kernel names this user's processes to a SPIRE agent.</summary>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    public static int Id() => Effective("Uid:", Read());

    /// <summary>Reads the second number, the effective one, of a line of <c>/proc/PID/status</c> (proc_pid_status(5)).</summary>
    internal static int Effective(string name, IEnumerable<string> status) =>
        status.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split('\t', StringSplitOptions.RemoveEmptyEntries) is [_, _, var effective, ..]
        && int.TryParse(effective, System.Globalization.CultureInfo.InvariantCulture, out var id)
            ? id
            : throw new PlatformNotSupportedException($"{Status} has no line {name}: user ids are read from the Linux kernel.");

    private static string[] Read() => File.Exists(Status)
        ? File.ReadAllLines(Status)
        : throw new PlatformNotSupportedException($"There is no {Status}: user ids are read from the Linux kernel.");
}
