using Grpc.Core;

namespace AgentMesh.Spiffe.Tests.Fakes;

/// <summary>One streaming call of a <see cref="FakeWorkloadApi"/>: every subscriber gets the current state at once, then each change.</summary>
public sealed class StreamScript<T> where T : class
{
    private readonly Lock _lock = new();
    private T? _state;
    private RpcException? _failure;
    private int _ends;
    private int _calls;
    private TaskCompletionSource _changed = New();

    /// <summary>How many times a client has opened the stream.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>A new state, for those connected and those to come; ends a failure.</summary>
    public void Push(T state) => Change(() =>
    {
        _state = state;
        _failure = null;
    });

    /// <summary>Ends all streams with this status and refuses further calls until <see cref="Push"/>.</summary>
    public void Fail(StatusCode code, string detail = "") => Change(() =>
    {
        _failure = new RpcException(new Status(code, detail));
        _state = null;
    });

    /// <summary>Ends all streams as a server does that has nothing more to say.</summary>
    public void End() => Change(() => _ends++);

    /// <summary>Waits until the stream has been opened so many times.</summary>
    public async Task WaitForCallsAsync(int calls, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_calls >= calls)
                    return;
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellation);
        }
    }

    internal async Task ServeAsync(IServerStreamWriter<T> writer, CancellationToken cancellation)
    {
        int ends;
        lock (_lock)
            ends = _ends;
        Change(() => _calls++);
        T? sent = null;
        while (true)
        {
            Task changed;
            T? state;
            lock (_lock)
            {
                if (_failure is not null)
                    throw _failure;
                if (_ends != ends)
                    return;
                (state, changed) = (_state, _changed.Task);
            }
            if (state is not null && !ReferenceEquals(state, sent))
            {
                sent = state;
                await writer.WriteAsync(state, cancellation);
                continue;
            }
            await changed.WaitAsync(cancellation);
        }
    }

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            change();
            (changed, _changed) = (_changed, New());
        }
        changed.TrySetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
