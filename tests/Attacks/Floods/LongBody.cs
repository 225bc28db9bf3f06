using System.Net;

namespace AgentMesh.Attacks.Tests.Floods;

/// <summary>A body that no request needs. How much of it could be sent is counted.</summary>
internal sealed class LongBody : HttpContent
{
    public const long Length = 64 * 1024 * 1024;

    private readonly byte[] _chunk = new byte[32 * 1024];
    private readonly bool _saysHowLong;

    public LongBody(string type, char filler, bool saysHowLong)
    {
        _saysHowLong = saysHowLong;
        _chunk.AsSpan().Fill((byte)filler);
        Headers.ContentType = new(type);
    }

    public long Taken { get; private set; }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        while (Taken < Length)
        {
            await stream.WriteAsync(_chunk);
            Taken += _chunk.Length;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = Length;
        return _saysHowLong;
    }
}
