using System.Runtime.CompilerServices;

namespace AgentMesh.A2A.Internal;

/// <summary>A place in an <see cref="EventLog"/>. Dispose it, or the log keeps events for it until it is cut off.</summary>
internal sealed class EventReader(EventLog log, long position) : IDisposable
{
    /// <summary>The next event's number. Guarded by the log.</summary>
    internal long Position { get; set; } = position;

    /// <summary>Whether the log gave up on this reader. Guarded by the log.</summary>
    internal bool CutOff { get; set; }

    /// <summary>The events that follow, to the end of the task.</summary>
    /// <exception cref="SlowReaderException">The reader was too slow.</exception>
    public async IAsyncEnumerable<TaskEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (item, wait) = log.Read(this);
            if (item is not null)
                yield return item;
            else if (wait is null)
                yield break;
            else
                await wait.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => log.Close(this);
}

/// <summary>A stream's reader was too far behind for too long.</summary>
internal sealed class SlowReaderException() : Exception("The stream was read too slowly and was ended; subscribe to the task again.");
