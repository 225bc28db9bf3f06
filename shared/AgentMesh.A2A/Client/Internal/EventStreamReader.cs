using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace AgentMesh.A2A.Internal;

/// <summary>Reads server-sent events with a bound on the size of one.</summary>
internal static class EventStreamReader
{
    internal readonly record struct Item(ReadOnlyMemory<byte> Data, bool IsError);

    public static async IAsyncEnumerable<Item> ReadAsync(Stream stream, int maxEventBytes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(stream);
        var data = new ArrayBufferWriter<byte>();
        var isError = false;
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                var buffer = result.Buffer;
                while (TryReadLine(ref buffer, out var line))
                {
                    if (line.Length + data.WrittenCount > maxEventBytes)
                        throw TooLarge(maxEventBytes);
                    if (!line.IsEmpty)
                    {
                        ReadField(line, data, ref isError);
                        continue;
                    }
                    if (data.WrittenCount > 0)
                        yield return new(data.WrittenMemory.ToArray(), isError);
                    data.ResetWrittenCount();
                    isError = false;
                }
                if (buffer.Length > maxEventBytes)
                    throw TooLarge(maxEventBytes);
                reader.AdvanceTo(buffer.Start, buffer.End);
                // An event that the end of the stream cuts short is not an event.
                if (result.IsCompleted)
                    yield break;
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private static bool TryReadLine(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> line)
    {
        if (buffer.PositionOf((byte)'\n') is not { } end)
        {
            line = default;
            return false;
        }
        line = buffer.Slice(0, end);
        buffer = buffer.Slice(buffer.GetPosition(1, end));
        if (!line.IsEmpty && line.Slice(line.Length - 1).FirstSpan[0] == '\r')
            line = line.Slice(0, line.Length - 1);
        return true;
    }

    private static void ReadField(ReadOnlySequence<byte> line, ArrayBufferWriter<byte> data, ref bool isError)
    {
        var reader = new SequenceReader<byte>(line);
        if (reader.IsNext("data:"u8, advancePast: true))
        {
            reader.IsNext((byte)' ', advancePast: true);
            if (data.WrittenCount > 0)
                data.Write("\n"u8);
            foreach (var segment in reader.UnreadSequence)
                data.Write(segment.Span);
        }
        else if (reader.IsNext("event:"u8, advancePast: true))
        {
            reader.IsNext((byte)' ', advancePast: true);
            isError = reader.UnreadSequence.ToArray().AsSpan().SequenceEqual("error"u8);
        }
    }

    private static A2AException TooLarge(int maxEventBytes) =>
        new(A2AErrorCode.InvalidAgentResponse, $"An event of the agent's stream is larger than {maxEventBytes} bytes.");
}
