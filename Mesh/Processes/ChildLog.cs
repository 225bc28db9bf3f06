namespace AgentMesh.Cli.Processes;

/// <summary>The file that a child's standard output and standard error are written to, a line at a time.</summary>
internal sealed class ChildLog(string path) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly StreamWriter _writer = new(path, append: true) { AutoFlush = true };
    private bool _closed;

    public void Write(string? line)
    {
        if (line is null)
            return;

        lock (_lock)
        {
            if (!_closed)
                _writer.WriteLine(line);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            _writer.Dispose();
        }
    }

    /// <summary>The last lines of a log, newest last; empty when there is none.</summary>
    public static IReadOnlyList<string> Tail(string path, int lines)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream);
            var tail = new Queue<string>();
            while (reader.ReadLine() is { } line)
            {
                if (tail.Count == lines)
                    tail.Dequeue();
                tail.Enqueue(line);
            }

            return [.. tail];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
