using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace AgentMesh.A2A.Internal;

/// <summary>
/// A task that is worked on, listened to or about to change: its state, its event log and its inbox. One writer at a time makes each
/// change in the same order: store, then state and log in one instant, then webhooks.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "Neither member holds a handle or a timer, and the executor may keep the token beyond the task's end.")]
internal sealed partial class LiveTask
{
    private const int InboxSize = 16;

    private readonly ITaskStore _store;
    private readonly TimeProvider _time;
    private readonly PushDelivery _push;
    private readonly TaskRecord _record;
    private readonly EventLog _log;
    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<Delivery> _inbox = Channel.CreateBounded<Delivery>(InboxSize);
    private int _users;
    private int _receivers;
    private bool _closed;
    private bool _running;

    public LiveTask(string owner, AgentTask task, ITaskStore store, A2AServerOptions options, TimeProvider time, PushDelivery push)
    {
        Owner = owner;
        _record = new(task);
        _store = store;
        _time = time;
        _push = push;
        _log = new(options.StreamWindow, options.StreamWindowBytes, options.SlowReaderTimeout, time);
    }

    public string Owner { get; }

    public string Id => _record.Id;

    public string ContextId => _record.ContextId ?? "";

    /// <summary>Fires when the task is canceled or the server stops.</summary>
    public CancellationToken Stopped => _stop.Token;

    public TaskState State
    {
        get
        {
            lock (_gate)
                return _record.State;
        }
    }

    /// <summary>Counts a user in. A task that has lost its last one is closed and can have no more.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_closed)
                return false;
            _users++;
            return true;
        }
    }

    /// <summary>Counts a user out. Returns whether it was the last.</summary>
    public bool Leave()
    {
        lock (_gate)
            return _closed = --_users == 0;
    }

    public AgentTask Snapshot(int? historyLength, bool includeArtifacts)
    {
        lock (_gate)
            return _record.Snapshot(historyLength, includeArtifacts);
    }

    /// <summary>The task as it is and a reader of exactly what follows.</summary>
    public (AgentTask Task, EventReader Reader) Subscribe()
    {
        lock (_gate)
            return (_record.Snapshot(historyLength: null, includeArtifacts: true), _log.Open());
    }

    /// <summary>Does something while nothing changes the task, and nothing else of this kind is done.</summary>
    public async ValueTask ExclusivelyAsync(Func<Task> action, CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await action().ConfigureAwait(false);
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <summary>Keeps a message and puts it into the inbox.</summary>
    public async ValueTask<DeliveryOutcome> DeliverAsync(Delivery delivery, bool inHistory)
    {
        await _writer.WaitAsync().ConfigureAwait(false);
        try
        {
            if (State.IsTerminal())
                throw HasEnded();
            // Whoever writes holds the lock above, so there is still room when the message has been stored.
            if (_inbox.Reader.Count >= InboxSize)
                throw new A2AException(A2AErrorCode.UnsupportedOperation, $"The task has {InboxSize} messages that it has not got to yet; wait for it.");
            var change = new TaskChange { TaskId = Id, Message = delivery.Request.Message };
            if (!inHistory)
                await _store.ApplyAsync(Owner, change, CancellationToken.None).ConfigureAwait(false);
            lock (_gate)
            {
                _inbox.Writer.TryWrite(delivery);
                if (!inHistory)
                    _record.Apply(change);
                var start = !_running;
                _running = true;
                var expected = start || _receivers > 0 || !_record.State.IsInterrupted() || _record.State == TaskState.InputRequired;
                return new(_record.Snapshot(historyLength: null, includeArtifacts: true), _log.Open(), start, expected);
            }
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <summary>The next message for the executor; <see langword="null"/> ends the run.</summary>
    public Delivery? NextDelivery()
    {
        lock (_gate)
        {
            if (!_record.State.IsTerminal() && !_stop.IsCancellationRequested && _inbox.Reader.TryRead(out var delivery))
                return delivery;
            _running = false;
            return null;
        }
    }

    /// <summary>The next message for an executor that waits for one.</summary>
    public async ValueTask<Message> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        lock (_gate)
            _receivers++;
        try
        {
            return (await _inbox.Reader.ReadAsync(stopped.Token).ConfigureAwait(false)).Request.Message!;
        }
        finally
        {
            lock (_gate)
                _receivers--;
        }
    }
}
