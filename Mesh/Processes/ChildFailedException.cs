using System.Globalization;

namespace AgentMesh.Cli.Processes;

/// <summary>A part of the mesh that ended or never got ready, with the end of its log.</summary>
internal sealed class ChildFailedException : Exception
{
    private const int TailLines = 20;

    private ChildFailedException(ChildProcess child, string what)
        : base(Describe(child, what)) => Child = child;

    public ChildProcess Child { get; }

    /// <summary>Another process took the port between its being picked and the child's listening on it.</summary>
    public bool PortTaken => Message.Contains("address already in use", StringComparison.OrdinalIgnoreCase);

    public static ChildFailedException Ended(ChildProcess child) =>
        new(child, string.Create(CultureInfo.InvariantCulture, $"ended with exit code {child.ExitCode}"));

    public static ChildFailedException NotReady(ChildProcess child, TimeSpan timeout, string last) =>
        new(child, string.Create(CultureInfo.InvariantCulture, $"is not ready after {timeout.TotalSeconds:0} s: {last}"));

    private static string Describe(ChildProcess child, string what)
    {
        var tail = ChildLog.Tail(child.Spec.LogFile, 200).Where(IsForPeople).TakeLast(TailLines).ToList();
        return tail.Count == 0
            ? $"{child.Spec.Name} {what}. It wrote nothing to its log."
            : $"{child.Spec.Name} {what}. The end of its log:{Environment.NewLine}{string.Join(Environment.NewLine, tail.Select(line => "  " + line))}";
    }

    /// <summary>Leaves out stack frames: the message above them says what is wrong.</summary>
    private static bool IsForPeople(string line)
    {
        var text = line.TrimStart();
        return text.Length > 0
            && !text.StartsWith("at ", StringComparison.Ordinal)
            && !text.StartsWith("---> ", StringComparison.Ordinal)
            && !text.StartsWith("--- End of", StringComparison.Ordinal);
    }
}
