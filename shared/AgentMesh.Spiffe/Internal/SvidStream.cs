using System.Net.Security;

namespace AgentMesh.Spiffe.Internal;

/// <summary>A connection that keeps its SVID's key alive while it lasts, and sends nothing to a peer whose SVID has expired.</summary>
internal sealed class SvidStream : SslStream
{
    private readonly X509Svid _svid;
    private readonly TimeProvider _time;
    private int _disposed;

    public SvidStream(Stream transport, X509Svid svid, TimeProvider time) : base(transport, leaveInnerStreamOpen: false)
    {
        _svid = svid;
        _time = time;
        _disposed = svid.TryLease() ? 0 : 1;
    }

    /// <summary>The verified peer, from the handshake on.</summary>
    public SpiffePeer? Peer { get; set; }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfPeerExpired();
        return base.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ThrowIfPeerExpired();
        return base.WriteAsync(buffer, offset, count, cancellationToken);
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        ThrowIfPeerExpired();
        base.Write(buffer, offset, count);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        Release();
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
            Release();
    }

    private void ThrowIfPeerExpired()
    {
        if (Peer is { } peer && !peer.IsCurrent(_time.GetUtcNow()))
            throw new IOException($"The X509-SVID of the connection's peer {peer.Id} expired at {peer.NotAfter:u}; the connection is not used any more.");
    }

    private void Release()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            _svid.Release();
    }
}
