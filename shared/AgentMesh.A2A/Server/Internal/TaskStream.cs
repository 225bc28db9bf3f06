using System.Runtime.CompilerServices;

namespace AgentMesh.A2A.Internal;

/// <summary>What a streaming operation answers with: a first event, then what follows.</summary>
internal sealed class TaskStream : IDisposable
{
    private readonly LiveTaskUse? _use;
    private readonly EventReader? _reader;
    private readonly TaskEvent _first;
    private readonly bool _untilInput;

    /// <summary>A direct message.</summary>
    public TaskStream(Message message) => _first = TaskEvent.From(new() { Message = message });

    /// <param name="use">Keeps the task live; taken over.</param>
    /// <param name="task">The task, the stream's first event.</param>
    /// <param name="reader">What follows; taken over.</param>
    /// <param name="untilInput">
    /// Whether the stream also ends when the task waits for the client's next message: nothing follows before it comes. It stays
    /// open while an authorization is awaited, which arrives out of band (A2A §7.6.1).
    /// </param>
    public TaskStream(LiveTaskUse use, AgentTask task, EventReader reader, bool untilInput)
    {
        _use = use;
        _reader = reader;
        _untilInput = untilInput;
        try
        {
            _first = TaskEvent.From(new() { Task = task });
        }
        catch
        {
            // Nobody else lets go of the task: it would stay live for ever.
            Dispose();
            throw;
        }
    }

    public async IAsyncEnumerable<TaskEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return _first;
        if (_reader is null)
            yield break;
        await foreach (var item in _reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return item;
            if (item.IsTerminal || (_untilInput && item.State == TaskState.InputRequired))
                yield break;
        }
    }

    public void Dispose()
    {
        _reader?.Dispose();
        _use?.Dispose();
    }
}
