namespace AgentMesh.Auth.AspNetCore;

/// <summary>Some of the requests being served.</summary>
internal sealed class RunningList
{
    private readonly Lock _gate = new();
    private RunningRequest? _first;
    private int _count;

    public void Add(RunningRequest request)
    {
        lock (_gate)
        {
            request.Next = _first;
            if (_first is not null)
                _first.Previous = request;
            _first = request;
            request.IsListed = true;
            _count++;
        }
    }

    public void Remove(RunningRequest request)
    {
        lock (_gate)
            Unlink(request);
    }

    public RunningRequest[] ToArray()
    {
        lock (_gate)
        {
            if (_count == 0)
                return [];
            var requests = new RunningRequest[_count];
            var index = 0;
            for (var request = _first; request is not null; request = request.Next)
                requests[index++] = request;
            return requests;
        }
    }

    /// <summary>Ends a request, unless it has ended: the server may be serving another with the same context by then.</summary>
    public bool TryAbort(RunningRequest request)
    {
        lock (_gate)
        {
            if (!Unlink(request))
                return false;
            request.Context.Abort();
            return true;
        }
    }

    private bool Unlink(RunningRequest request)
    {
        if (!request.IsListed)
            return false;
        if (request.Previous is { } previous)
            previous.Next = request.Next;
        else
            _first = request.Next;
        if (request.Next is { } next)
            next.Previous = request.Previous;
        (request.Previous, request.Next, request.IsListed) = (null, null, false);
        _count--;
        return true;
    }
}
