using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Spiffe.Tests.WorkloadApi;

/// <summary>Keeps what was logged, and lets a test wait for an event instead of for a while.</summary>
public sealed class RecordedLog : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<(int Event, string Text)> _entries = new();
    private volatile TaskCompletionSource _logged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IEnumerable<string> Texts => _entries.Select(static e => e.Text);

    public async Task<string> WaitForAsync(int eventId, int count, CancellationToken cancellation)
    {
        while (true)
        {
            var logged = _logged.Task;
            var found = _entries.Where(e => e.Event == eventId).ToList();
            if (found.Count >= count)
                return found[count - 1].Text;
            await logged.WaitAsync(cancellation);
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _entries.Enqueue((eventId.Id, formatter(state, exception)));
        Interlocked.Exchange(ref _logged, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    public ILogger CreateLogger(string categoryName) => this;
    public bool IsEnabled(LogLevel logLevel) => true;
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();
    public void Dispose() => _entries.Clear();
}
