using System.Threading.Channels;

namespace AgentMesh.Cli.CommandLine;

/// <summary>Lines typed at the terminal. A read from a terminal cannot be cancelled, so one thread does nothing else and is left behind when the command ends.</summary>
internal sealed class TerminalLines
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    public TerminalLines() => new Thread(Read) { IsBackground = true, Name = "terminal" }.Start();

    /// <returns>Null at the end of the input.</returns>
    public async Task<string?> NextAsync(CancellationToken cancellationToken)
    {
        while (await _lines.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_lines.Reader.TryRead(out var line))
                return line;
        }
        return null;
    }

    private void Read()
    {
        while (Console.ReadLine() is { } line)
            _lines.Writer.TryWrite(line);
        _lines.Writer.TryComplete();
    }
}
