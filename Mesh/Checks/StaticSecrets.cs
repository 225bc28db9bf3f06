using AgentMesh.Cli.Processes;

namespace AgentMesh.Cli.Checks;

/// <summary>No key, token or password lies in the run directory, the environments or the command lines of the mesh's processes.</summary>
internal sealed class StaticSecrets : ICheck
{
    private const string Name = "no static secrets";

    string ICheck.Name => Name;

    private const int LongestFile = 64 * 1024 * 1024;

    public Task<CheckResult> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        List<string> evidence = [], faults = [], doubts = [];
        foreach (var directory in FoldersOf(context.Run))
            ScanFiles(directory, evidence, faults, doubts, cancellationToken);
        if (OperatingSystem.IsLinux())
            ScanProcesses(context.Run, evidence, faults, doubts);
        else
            doubts.Add("environments and command lines of other processes cannot be read on this system");
        return Task.FromResult(
            faults.Count > 0 ? CheckResult.Red(Name, "Remove and replace what was found: whoever reads it can use it. AgentMesh needs none of it.", [.. faults, .. doubts, .. evidence])
            : doubts.Count > 0 ? CheckResult.Amber(Name, "Let these files be read, and start the mesh without these variables: every child inherits them, and static keys are what SVIDs replace.", [.. doubts, .. evidence])
            : CheckResult.Green(Name, evidence));
    }

    /// <summary>The run's own, and the one that it keeps things in over its end (<c>--data</c>), where the journals' folder leads to.</summary>
    private static IEnumerable<string> FoldersOf(RunInfo run) =>
        Directory.ResolveLinkTarget(Path.Combine(run.Directory, RunDirectory.AuditFolder), returnFinalTarget: true) is { } kept
            ? [run.Directory, Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(kept.FullName))!]
            : [run.Directory];

    private static void ScanFiles(string directory, List<string> evidence, List<string> faults, List<string> doubts, CancellationToken cancellationToken)
    {
        var scanned = 0;
        foreach (var file in Directory.EnumerateFiles(directory, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (KeptKey(file) is { } kept)
            {
                (kept.Good ? evidence : faults).Add(kept.Text);
                continue;
            }
            // The runtime's pipes and sockets lie here, too: they have no length, and opening a pipe would wait for a writer.
            if (new FileInfo(file) is not { Exists: true, Length: > 0 })
                continue;
            if (TryRead(file) is not { } text)
            {
                if (File.Exists(file))
                    doubts.Add($"{file} cannot be read, or is larger than {LongestFile} bytes");
                continue;
            }
            scanned++;
            faults.AddRange(SecretPatterns.In(text).Select(kind => $"{file} holds {kind}"));
        }
        evidence.Insert(0, $"{scanned} files in {directory} hold no token, key or password");
    }

    private static void ScanProcesses(RunInfo run, List<string> evidence, List<string> faults, List<string> doubts)
    {
        var scanned = 0;
        foreach (var (name, child) in run.Children)
        {
            foreach (var what in (string[])["environ", "cmdline"])
            {
                if (TryRead($"/proc/{child.ProcessId}/{what}") is not { } text)
                {
                    doubts.Add($"{what} of {name} (process {child.ProcessId}) cannot be read");
                    continue;
                }
                scanned++;
                faults.AddRange(SecretPatterns.In(text).Select(kind => $"{what} of {name} holds {kind}"));
                if (what == "environ")
                    doubts.AddRange(SecretPatterns.NamesIn(text.Split('\0')).Select(variable => $"environment of {name}: {variable} sounds like a secret"));
            }
        }
        evidence.Add($"{scanned} environments and command lines of {run.Children.Count} processes hold none either");
    }

    /// <summary>The one key that is meant to be in a file encrypts the signing keys in the database beside it: nobody else may read it.</summary>
    private static (bool Good, string Text)? KeptKey(string file)
    {
        if (Path.GetFileName(file) != "key-encryption.key")
            return null;
        var mode = OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(file);
        var others = mode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return others == 0
            ? (true, $"{file}: encrypts the signing keys, made for this run, readable by its user alone")
            : (false, $"{file} can be read by others ({mode})");
    }

    private static string? TryRead(string file)
    {
        try
        {
            // A file of /proc has no length; a socket cannot be opened.
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.CanSeek && stream.Length > LongestFile)
                return null;
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
