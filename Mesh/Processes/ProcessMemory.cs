using System.Diagnostics;
using System.Globalization;

namespace AgentMesh.Cli.Processes;

/// <summary>How much memory a process holds.</summary>
internal static class ProcessMemory
{
    /// <summary>
    /// Bytes held by a process now, 0 when it has ended. On Linux its proportional set size: a page that several processes share
    /// counts once over all of them, so that the figures of one mesh, whose processes run the same framework, can be added up.
    /// Elsewhere its resident set.
    /// </summary>
    public static long HeldBytes(int processId)
    {
        try
        {
            return OperatingSystem.IsLinux() ? ProportionalBytes(processId) : ResidentBytes(processId);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static long ProportionalBytes(int processId)
    {
        foreach (var line in File.ReadLines($"/proc/{processId}/smaps_rollup"))
        {
            if (line.StartsWith("Pss:", StringComparison.Ordinal))
                return 1024 * long.Parse(line.AsSpan(4).Trim("kB ").Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
        }
        return 0;
    }

    private static long ResidentBytes(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.WorkingSet64;
    }
}
