namespace AgentMesh.A2A.Internal;

/// <summary>
/// The events of a task that some reader has still to see, in order. One writer, many readers, each at its own place. What every reader
/// has seen is dropped; when the slowest is a window behind, the writer waits, and after the timeout that reader is cut off
/// with an error: none misses an event unknowingly, and memory is bounded by the window.
/// </summary>
internal sealed class EventLog(int window, long windowBytes, TimeSpan slowReaderTimeout, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskEvent> _events = new();
    private readonly List<EventReader> _readers = [];
    private long _first;
    private long _bytes;
    private bool _ended;
    private TaskCompletionSource _changed = NewSignal();
    private TaskCompletionSource? _space;

    private long Next => _first + _events.Count;

    /// <summary>Appends an event. One caller at a time.</summary>
    /// <param name="item">The event.</param>
    /// <param name="apply">Makes the change that the event reports, in the same instant for whoever holds <paramref name="state"/>.</param>
    /// <param name="state">Guards what <paramref name="apply"/> changes.</param>
    public async ValueTask AppendAsync(TaskEvent item, Action apply, Lock state)
    {
        while (!TryAppend(item, apply, state, out var space))
        {
            try
            {
                await space.WaitAsync(slowReaderTimeout, time).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                CutOffSlowest(item);
            }
        }
    }

    /// <summary>No event follows: readers end when they have seen all.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            Wake();
        }
    }

    /// <summary>A reader of the events that follow.</summary>
    public EventReader Open()
    {
        lock (_gate)
        {
            var reader = new EventReader(this, Next);
            if (!_ended)
                _readers.Add(reader);
            return reader;
        }
    }

    internal void Close(EventReader reader)
    {
        lock (_gate)
            if (_readers.Remove(reader))
                Trim();
    }

    /// <summary>The next event for a reader; <see langword="null"/> at the end; a task to await when there is none yet.</summary>
    internal (TaskEvent? Event, Task? Wait) Read(EventReader reader)
    {
        lock (_gate)
        {
            if (reader.CutOff)
                throw new SlowReaderException();
            if (reader.Position < Next)
            {
                var item = _events.ElementAt((int)(reader.Position - _first));
                reader.Position++;
                Trim();
                return (item, null);
            }
            return (null, _ended ? null : _changed.Task);
        }
    }

    private bool TryAppend(TaskEvent item, Action apply, Lock state, out Task space)
    {
        lock (state)
            lock (_gate)
            {
                if (_readers.Count == 0)
                {
                    // Nobody to see it: whoever comes next begins with the task as it is then.
                    _first = Next + 1;
                    _events.Clear();
                    _bytes = 0;
                    apply();
                    space = Task.CompletedTask;
                    return true;
                }
                if (IsFullFor(item))
                {
                    space = (_space ??= NewSignal()).Task;
                    return false;
                }
                apply();
                _events.Enqueue(item);
                _bytes += item.Json.Length;
                Wake();
                space = Task.CompletedTask;
                return true;
            }
    }

    private bool IsFullFor(TaskEvent item) =>
        _events.Count > 0 && (_events.Count >= window || _bytes + item.Json.Length > windowBytes);

    private void CutOffSlowest(TaskEvent item)
    {
        lock (_gate)
        {
            // It may have read in the very moment in which the patience ran out.
            if (!IsFullFor(item))
                return;
            foreach (var reader in _readers.Where(reader => reader.Position == _first).ToList())
            {
                reader.CutOff = true;
                A2ATelemetry.SlowReaders.Add(1);
                _readers.Remove(reader);
            }
            Trim();
            Wake();
        }
    }

    private void Trim()
    {
        var slowest = _readers.Count == 0 ? Next : _readers.Min(reader => reader.Position);
        if (slowest == _first)
            return;
        while (_first < slowest && _events.TryDequeue(out var seen))
        {
            _bytes -= seen.Json.Length;
            _first++;
        }
        _space?.TrySetResult();
        _space = null;
    }

    private void Wake()
    {
        _changed.TrySetResult();
        _changed = NewSignal();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
