using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AgentMesh.Auth.Tests;

/// <summary>The transmitting side of RFC 8936: sends each event until it is acknowledged, to any number of streams.</summary>
internal sealed class TestEventStream : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<(int Polls, TaskCompletionSource Reached)> _waiting = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<(string Id, string Token)> _events = [];
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string?>> _outcomes = new();
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, bool>> _done = new();
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _polls;

    public int Polls => Volatile.Read(ref _polls);

    /// <summary>Ends when so many polls have arrived.</summary>
    public Task WaitForPollsAsync(int count)
    {
        lock (_gate)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((count, reached));
            if (_polls >= count)
                reached.SetResult();
            return reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    /// <summary>Ends when a receiver acknowledged the event (null) or reported it (the error code).</summary>
    public Task<string?> Send(string id, string token)
    {
        TaskCompletionSource more;
        lock (_gate)
        {
            _events.Add((id, token));
            (more, _more) = (_more, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        more.SetResult();
        return _outcomes.GetOrAdd(id, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    public async Task<JsonHttpResult<JsonObject>> PollAsync(string stream, HttpContext context)
    {
        lock (_gate)
        {
            _polls++;
            foreach (var (_, reached) in _waiting.Where(w => w.Polls <= _polls))
                reached.TrySetResult();
        }
        var poll = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        var done = _done.GetOrAdd(stream, static _ => new());
        foreach (var id in poll["ack"]?.AsArray() ?? [])
            Finish(done, (string)id!, null);
        foreach (var (id, error) in poll["setErrs"]?.AsObject() ?? [])
            Finish(done, id, (string?)error!["description"]);

        var (sets, more) = Pending(done);
        if (sets.Count == 0 && (bool?)poll["returnImmediately"] != true)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
            await more.WaitAsync(ended.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
            (sets, _) = Pending(done);
        }
        return TypedResults.Json(new JsonObject { ["sets"] = sets, ["moreAvailable"] = false });
    }

    /// <summary>Answers whoever waits; a server that stops does not keep them waiting.</summary>
    public void Stop() => _stopping.Cancel();

    public void Dispose() => _stopping.Dispose();

    private (JsonObject Sets, Task More) Pending(ConcurrentDictionary<string, bool> done)
    {
        lock (_gate)
        {
            var sets = new JsonObject();
            foreach (var (id, token) in _events.Where(e => !done.ContainsKey(e.Id)))
                sets[id] = token;
            return (sets, _more.Task);
        }
    }

    private void Finish(ConcurrentDictionary<string, bool> done, string id, string? error)
    {
        done[id] = true;
        _outcomes.GetOrAdd(id, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(error);
    }
}
