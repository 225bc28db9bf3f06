namespace AgentMesh.Spiffe.Internal;

/// <summary>Gives up replaced SVIDs after a while, so that a handshake that began with one can end with it.</summary>
internal sealed class SvidRetirement(TimeSpan grace, TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<X509Svid, ITimer> _waiting = [];
    private bool _disposed;

    public void Add(X509Svid svid)
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                _waiting[svid] = time.CreateTimer(_ => Remove(svid), null, grace, Timeout.InfiniteTimeSpan);
                return;
            }
        }
        svid.Dispose();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            foreach (var (svid, timer) in _waiting)
            {
                timer.Dispose();
                svid.Dispose();
            }
            _waiting.Clear();
        }
    }

    private void Remove(X509Svid svid)
    {
        lock (_lock)
        {
            if (_waiting.Remove(svid, out var timer))
                timer.Dispose();
        }
        svid.Dispose();
    }
}
