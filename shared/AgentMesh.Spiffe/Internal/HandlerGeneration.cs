namespace AgentMesh.Spiffe.Internal;

/// <summary>The connection pool of one SVID. Retired, it takes no further request and closes after the last one under way.</summary>
internal sealed class HandlerGeneration
{
    /// <summary>How long a superseded generation stays for attempts that still come with its SVID.</summary>
    public static readonly TimeSpan IdleBeforeRetirement = TimeSpan.FromSeconds(15);

    private readonly SocketsHttpHandler _handler;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private int _requests;
    private bool _retired;
    private bool _closed;
    private bool _used;
    private ITimer? _superseded;

    private HandlerGeneration(X509Svid svid, SvidConnector connector)
    {
        Svid = svid;
        _time = connector.Time;
        _handler = connector.CreateHandler(svid);
        Client = new HttpMessageInvoker(_handler, disposeHandler: false);
    }

    public X509Svid Svid { get; }

    public HttpMessageInvoker Client { get; }

    public bool IsRetired
    {
        get
        {
            lock (_lock)
                return _retired;
        }
    }

    /// <summary>A generation that holds a lease on the SVID; null when the SVID is destroyed.</summary>
    public static HandlerGeneration? TryCreate(X509Svid svid, SvidConnector connector) =>
        svid.TryLease() ? new HandlerGeneration(svid, connector) : null;

    /// <summary>Counts a request in; false when retired.</summary>
    public bool TryEnter()
    {
        lock (_lock)
        {
            if (_retired)
                return false;
            _requests++;
            return _used = true;
        }
    }

    public void Leave() => Finish(leaving: 1, retire: false);

    public void Retire() => Finish(leaving: 0, retire: true);

    /// <summary>Current again, or current no longer: then it retires once nothing has used it for a while.</summary>
    public void SetCurrent(bool current)
    {
        lock (_lock)
        {
            _superseded?.Dispose();
            _superseded = current || _retired ? null : _time.CreateTimer(_ => RetireWhenIdle(), null, IdleBeforeRetirement, IdleBeforeRetirement);
        }
    }

    private void RetireWhenIdle()
    {
        bool used;
        lock (_lock)
        {
            used = _used;
            _used = false;
        }
        if (!used)
            Retire();
    }

    private void Finish(int leaving, bool retire)
    {
        lock (_lock)
        {
            _requests -= leaving;
            _retired |= retire;
            if (!_retired || _requests > 0 || _closed)
                return;
            _closed = true;
            _superseded?.Dispose();
        }
        // Responses still being read go on: the pool closes their connections when they are done, and each has its own lease.
        Client.Dispose();
        _handler.Dispose();
        Svid.Release();
    }
}
