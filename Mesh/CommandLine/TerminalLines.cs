using System.Threading.Channels;

namespace AgentMesh.Cli.CommandLine;

/// <summary>Lines typed at the terminal. A read from a terminal cannot be cancelled, so one thread does nothing else and is left behind when the command ends.</summary>
internal sealed class TerminalLines
{
    private readonly Channel<TypedLine> _lines = Channel.CreateUnbounded<TypedLine>();
    private readonly TimeProvider _time;

    public TerminalLines(TimeProvider time)
    {
        _time = time;
        new Thread(Read) { IsBackground = true, Name = "terminal" }.Start();
    }

    /// <returns>Null at the end of the input.</returns>
    public async Task<TypedLine?> NextAsync(CancellationToken cancellationToken)
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
            _lines.Writer.TryWrite(new TypedLine(line, _time.GetTimestamp()));
        _lines.Writer.TryComplete();
    }
}

/// <param name="Text">What was typed.</param>
/// <param name="At">When its end was typed, as a <see cref="TimeProvider"/> timestamp.</param>
internal sealed record TypedLine(string Text, long At);
