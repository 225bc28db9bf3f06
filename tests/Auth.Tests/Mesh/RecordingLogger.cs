using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Auth.Tests;

/// <summary>Keeps every line that anything logs, at every level.</summary>
internal sealed class RecordingLogger : ILoggerProvider
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Category(RecordingLogger owner, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            owner.Lines.Enqueue($"{logLevel} {name} {eventId.Id} {formatter(state, exception)} {exception}");
    }
}
