using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.A2A.Tests.Storage;

/// <summary>What every task store does.</summary>
public abstract class TaskStoreContract : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private ITaskStore _store = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected abstract ValueTask<ITaskStore> CreateAsync();

    public async ValueTask InitializeAsync() => _store = await CreateAsync();

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_store is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
    }

    private static AgentTask Task(string id, int second = 0, TaskState state = TaskState.Working, string context = "c") => new()
    {
        Id = id,
        ContextId = context,
        Status = new() { State = state, Timestamp = Start.AddSeconds(second) },
        History = [Message.FromUser($"make {id}", context, id)],
    };

    private async ValueTask AddAsync(int from, int to, string owner = "alice")
    {
        for (var i = from; i < to; i++)
            await _store.AddAsync(owner, Task($"t{i:000}", i), Cancellation);
    }

    [Fact]
    public async Task A_task_is_found_by_its_owner_only()
    {
        await _store.AddAsync("alice", Task("a"), Cancellation);
        Assert.Equal("a", (await _store.FindAsync("alice", "a", null, true, Cancellation))!.Id);
        Assert.Null(await _store.FindAsync("bob", "a", null, true, Cancellation));
        await _store.ApplyAsync("bob", new() { TaskId = "a", Status = new() { State = TaskState.Failed, Timestamp = Start }, Message = Message.FromUser("stolen"), Artifact = new() { Artifact = new() { ArtifactId = "x", Parts = [Part.FromText("x")] } } }, Cancellation);
        await _store.SetPushConfigAsync("bob", new() { Id = "p", TaskId = "a", Url = "https://bob.example/" }, Cancellation);
        var task = (await _store.FindAsync("alice", "a", null, true, Cancellation))!;
        Assert.Equal(TaskState.Working, task.Status.State);
        Assert.Single(task.History!);
        Assert.Null(task.Artifacts);
        Assert.Empty(await _store.FindPushConfigsAsync("alice", "a", Cancellation));
    }

    [Fact]
    public async Task History_and_artifacts_are_kept_in_order()
    {
        await _store.AddAsync("alice", Task("a"), Cancellation);
        for (var i = 0; i < 12; i++)
            await _store.ApplyAsync("alice", new() { TaskId = "a", Message = Message.FromAgent(Part.FromText($"m{i}")) }, Cancellation);
        foreach (var (artifact, text, append) in new[] { ("x", "1", true), ("y", "2", false), ("x", "3", true), ("y", "4", false), ("x", "5", true) })
            await _store.ApplyAsync("alice", new() { TaskId = "a", Artifact = new() { Artifact = new() { ArtifactId = artifact, Name = "N" + text, Parts = [Part.FromText(text)] }, Append = append } }, Cancellation);
        var task = (await _store.FindAsync("alice", "a", null, true, Cancellation))!;
        Assert.Equal(["make a", .. Enumerable.Range(0, 12).Select(i => $"m{i}")], task.History!.Select(m => m.Text));
        Assert.Equal(["x: N1 1,3,5", "y: N4 4"], task.Artifacts!.Select(a => $"{a.ArtifactId}: {a.Name} {string.Join(',', a.Parts.Select(p => p.Text))}"));
        var latest = (await _store.FindAsync("alice", "a", 2, false, Cancellation))!;
        Assert.Equal(["m10", "m11"], latest.History!.Select(m => m.Text));
        Assert.Null(latest.Artifacts);
        Assert.Null((await _store.FindAsync("alice", "a", 0, false, Cancellation))!.History);
    }

    [Fact]
    public async Task Everything_in_a_task_comes_back_as_it_was()
    {
        var metadata = new Dictionary<string, System.Text.Json.JsonElement> { ["k"] = System.Text.Json.JsonElement.Parse("""{"deep":[1,null,"é"]}""") };
        var task = Task("a") with { Metadata = metadata, Status = new() { State = TaskState.InputRequired, Timestamp = Start.AddMilliseconds(123), Message = Message.FromAgent(Part.FromData(System.Text.Json.JsonElement.Parse("null")), Part.FromRaw(new byte[] { 0, 255 }, "image/png", "f.png")) } };
        await _store.AddAsync("alice", task, Cancellation);
        var found = (await _store.FindAsync("alice", "a", null, true, Cancellation))!;
        Assert.True(System.Text.Json.JsonElement.DeepEquals(metadata["k"], found.Metadata!["k"]));
        Assert.Equal(task.Status.Timestamp, found.Status.Timestamp);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, found.Status.Message!.Parts[0].Data!.Value.ValueKind);
        Assert.Equal([0, 255], found.Status.Message.Parts[1].Raw!.Value.ToArray());
    }

    [Fact]
    public async Task A_listing_is_newest_first_and_its_pages_cover_everything_once()
    {
        await AddAsync(0, 25);
        await AddAsync(100, 105, "bob");
        List<string> seen = [];
        var cursor = "";
        do
        {
            var page = await _store.ListAsync("alice", new() { PageSize = 10, Cursor = cursor, HistoryLength = 1 }, Cancellation);
            Assert.Equal(25, page.Total);
            Assert.All(page.Tasks, task => Assert.Equal($"make {task.Id}", task.History!.Single().Text));
            seen.AddRange(page.Tasks.Select(task => task.Id));
            cursor = page.NextCursor;
        }
        while (cursor.Length > 0);
        Assert.Equal(Enumerable.Range(0, 25).Reverse().Select(i => $"t{i:000}"), seen);
    }

    [Fact]
    public async Task Tasks_made_or_changed_while_a_client_pages_move_nothing()
    {
        await AddAsync(0, 20);
        var first = await _store.ListAsync("alice", new() { PageSize = 10 }, Cancellation);
        await AddAsync(50, 60);
        await _store.ApplyAsync("alice", new() { TaskId = "t015", Status = new() { State = TaskState.Completed, Timestamp = Start.AddSeconds(70) } }, Cancellation);
        var second = await _store.ListAsync("alice", new() { PageSize = 10, Cursor = first.NextCursor }, Cancellation);
        Assert.Equal(Enumerable.Range(0, 10).Reverse().Select(i => $"t{i:000}"), second.Tasks.Select(task => task.Id));
        Assert.Equal("", second.NextCursor);
        Assert.Equal(20, second.Total);
        Assert.Equal("t015", (await _store.ListAsync("alice", new() { PageSize = 1 }, Cancellation)).Tasks.Single().Id);
    }

    [Fact]
    public async Task Tasks_of_the_same_millisecond_are_all_there_once()
    {
        for (var i = 0; i < 30; i++)
            await _store.AddAsync("alice", Task($"{(i % 2 == 0 ? "A" : "a")}-{i:00}"), Cancellation);
        List<string> seen = [];
        var cursor = "";
        do
        {
            var page = await _store.ListAsync("alice", new() { PageSize = 7, Cursor = cursor }, Cancellation);
            seen.AddRange(page.Tasks.Select(task => task.Id));
            cursor = page.NextCursor;
        }
        while (cursor.Length > 0);
        Assert.Equal(30, seen.Distinct().Count());
        Assert.Equal(30, seen.Count);
    }

    [Fact]
    public async Task A_listing_can_be_narrowed_by_context_state_and_time()
    {
        await _store.AddAsync("alice", Task("a", 1, TaskState.Completed, "x"), Cancellation);
        await _store.AddAsync("alice", Task("b", 2, TaskState.Working, "x"), Cancellation);
        await _store.AddAsync("alice", Task("c", 3, TaskState.Completed, "y"), Cancellation);
        Assert.Equal(["b", "a"], await ListAsync(new() { ContextId = "x" }));
        Assert.Equal(["c", "a"], await ListAsync(new() { State = TaskState.Completed }));
        Assert.Equal(["c", "b"], await ListAsync(new() { Since = Start.AddSeconds(2) }));
        Assert.Equal(["a"], await ListAsync(new() { ContextId = "x", State = TaskState.Completed, Since = Start }));
        Assert.Equal(["a"], await ListAsync(new() { ContextId = "x", State = TaskState.Completed }));
        Assert.Equal(["c"], await ListAsync(new() { State = TaskState.Completed, Since = Start.AddSeconds(2) }));
        Assert.Empty(await ListAsync(new() { State = TaskState.Canceled }));
        Assert.Empty(await ListAsync(new() { ContextId = "z" }));
        await _store.ApplyAsync("alice", new() { TaskId = "a", Status = new() { State = TaskState.Failed, Timestamp = Start.AddSeconds(9) } }, Cancellation);
        Assert.Equal(["a", "b"], await ListAsync(new() { ContextId = "x" }));
        Assert.Equal(["c"], await ListAsync(new() { State = TaskState.Completed }));
        Assert.Equal(["a"], await ListAsync(new() { State = TaskState.Failed }));

        Assert.Empty(await ListAsync(new() { Since = Start.AddSeconds(10) }));
        Assert.Empty(await ListAsync(new() { ContextId = "y", Since = Start.AddSeconds(4) }));
        Assert.Equal(["a"], await ListAsync(new() { Since = Start.AddSeconds(9) }));

        async Task<string[]> ListAsync(TaskQuery query)
        {
            var page = await _store.ListAsync("alice", query, Cancellation);
            Assert.Equal(page.Tasks.Count, page.Total);
            return [.. page.Tasks.Select(task => task.Id)];
        }
    }

    [Fact]
    public async Task A_page_that_goes_on_behind_the_time_that_is_asked_for_is_empty()
    {
        await AddAsync(0, 3);
        var first = await _store.ListAsync("alice", new() { PageSize = 2 }, Cancellation);
        var second = await _store.ListAsync("alice", new() { Cursor = first.NextCursor, Since = Start.AddSeconds(2) }, Cancellation);
        Assert.Empty(second.Tasks);
        Assert.Equal("", second.NextCursor);
    }

    [Theory]
    [InlineData("junk")]
    [InlineData("MXw=")]
    [InlineData("MXx4fDF8YQ")]
    [InlineData("MXw1fDF8YQBi")]
    [InlineData("MXw1fDF8YQpi")]
    public async Task A_cursor_that_is_none_is_refused(string cursor)
    {
        var error = await Assert.ThrowsAsync<A2AException>(() => _store.ListAsync("alice", new() { Cursor = cursor }, Cancellation).AsTask());
        Assert.Equal("pageToken", error.Violations.Single().Field);
    }

    [Fact]
    public async Task What_ended_before_the_retention_is_deleted_with_all_that_belongs_to_it()
    {
        await _store.AddAsync("alice", Task("old", 0, TaskState.Completed), Cancellation);
        await _store.AddAsync("alice", Task("waiting", 0, TaskState.InputRequired), Cancellation);
        await _store.AddAsync("bob", Task("new", 100, TaskState.Failed), Cancellation);
        await _store.SetPushConfigAsync("alice", new() { Id = "p", TaskId = "old", Url = "https://x.example/" }, Cancellation);
        Assert.Equal(1, await _store.DeleteEndedAsync(Start.AddSeconds(50), Cancellation));
        Assert.Null(await _store.FindAsync("alice", "old", null, true, Cancellation));
        Assert.Empty(await _store.FindPushConfigsAsync("alice", "old", Cancellation));
        Assert.NotNull(await _store.FindAsync("alice", "waiting", null, true, Cancellation));
        Assert.NotNull(await _store.FindAsync("bob", "new", null, true, Cancellation));
    }

    [Fact]
    public async Task What_an_owner_has_is_measured()
    {
        Assert.Equal(default, await _store.MeasureAsync("alice", Cancellation));
        await _store.AddAsync("alice", Task("a"), Cancellation);
        await _store.AddAsync("bob", Task("b"), Cancellation);
        var size = await GrowthAsync(0, () => ValueTask.CompletedTask);
        await _store.ApplyAsync("alice", new() { TaskId = "a", Message = Message.FromUser(new string('x', 10_000)) }, Cancellation);
        size = await GrowthAsync(size, () => _store.ApplyAsync("alice", new() { TaskId = "a", Artifact = Piece(append: true) }, Cancellation));
        size = await GrowthAsync(size, () => _store.ApplyAsync("alice", new() { TaskId = "a", Artifact = Piece(append: true) }, Cancellation));
        size = await GrowthAsync(size, () => _store.SetPushConfigAsync("alice", new() { Id = "p", TaskId = "a", Url = "https://x.example/", Token = new('x', 10_000) }, Cancellation));
        await _store.DeletePushConfigAsync("alice", "a", "p", Cancellation);
        await _store.ApplyAsync("alice", new() { TaskId = "a", Artifact = Piece(append: false) }, Cancellation);
        Assert.True((await _store.MeasureAsync("alice", Cancellation)).Bytes < size - 20_000);
        Assert.Equal(1, (await _store.MeasureAsync("bob", Cancellation)).Tasks);

        TaskArtifactUpdateEvent Piece(bool append) => new() { Artifact = new() { ArtifactId = "x", Parts = [Part.FromText(new string('x', 10_000))] }, Append = append };

        async Task<long> GrowthAsync(long before, Func<ValueTask> change)
        {
            await change();
            var now = await _store.MeasureAsync("alice", Cancellation);
            Assert.Equal(1, now.Tasks);
            Assert.True(now.Bytes > before + (before == 0 ? 0 : 10_000), $"{before} → {now.Bytes}");
            return now.Bytes;
        }
    }

    [Fact]
    public async Task An_owners_oldest_tasks_that_ended_are_deleted_until_so_much_is_freed()
    {
        var states = new[] { TaskState.InputRequired, TaskState.Completed, TaskState.Working, TaskState.Failed, TaskState.Rejected, TaskState.Canceled, TaskState.Completed };
        for (var i = 0; i < states.Length; i++)
            await _store.AddAsync("alice", Task($"t{i}", i, states[i]) with { History = [Message.FromUser(new string('x', 10_000))] }, Cancellation);
        await _store.AddAsync("bob", Task("bobs", 0, TaskState.Completed), Cancellation);
        var before = await _store.MeasureAsync("alice", Cancellation);

        Assert.Equal(default, await _store.DeleteOldestAsync("alice", default, Cancellation));
        var freed = await _store.DeleteOldestAsync("alice", new(1, 0), Cancellation);
        Assert.Equal(["t6", "t5", "t4", "t3", "t2", "t0"], await IdsAsync());
        Assert.Equal(new TaskUsage(before.Tasks - freed.Tasks, before.Bytes - freed.Bytes), await _store.MeasureAsync("alice", Cancellation));
        Assert.Equal(2, (await _store.DeleteOldestAsync("alice", new(0, freed.Bytes + 1), Cancellation)).Tasks);
        Assert.Equal(["t6", "t5", "t2", "t0"], await IdsAsync());
        Assert.Equal(2, (await _store.DeleteOldestAsync("alice", new(100, 0), Cancellation)).Tasks);
        Assert.Equal(["t2", "t0"], await IdsAsync());
        Assert.NotNull(await _store.FindAsync("bob", "bobs", null, true, Cancellation));

        async Task<string[]> IdsAsync() => [.. (await _store.ListAsync("alice", new(), Cancellation)).Tasks.Select(task => task.Id)];
    }

    [Fact]
    public async Task What_waits_since_before_a_time_is_found_oldest_first()
    {
        await _store.AddAsync("alice", Task("asked", 10, TaskState.InputRequired), Cancellation);
        await _store.AddAsync("bob", Task("awaiting", 5, TaskState.AuthRequired), Cancellation);
        await _store.AddAsync("bob", Task("working", 0, TaskState.Working), Cancellation);
        await _store.AddAsync("bob", Task("ended", 0, TaskState.Failed), Cancellation);
        await _store.AddAsync("bob", Task("late", 20, TaskState.InputRequired), Cancellation);
        Assert.Equal([new("bob", "awaiting"), new("alice", "asked")], await _store.FindInterruptedAsync(Start.AddSeconds(20), Cancellation));
        await _store.ApplyAsync("alice", new() { TaskId = "asked", Status = new() { State = TaskState.Working, Timestamp = Start.AddSeconds(11) } }, Cancellation);
        Assert.Equal([new("bob", "awaiting")], await _store.FindInterruptedAsync(Start.AddSeconds(20), Cancellation));
        Assert.Empty(await _store.FindInterruptedAsync(Start.AddSeconds(5), Cancellation));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(TaskState.AuthRequired)]
    [InlineData(TaskState.InputRequired)]
    public async Task What_nobody_answers_in_time_is_failed_and_then_deleted(TaskState state)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await _store.AddAsync("alice", Task("abandoned", 0, state), cancellation);
        await _store.AddAsync("alice", Task("fresh", 90, state), cancellation);
        var time = new FakeTimeProvider(Start.AddSeconds(100));
        await using var server = await TestServer.StartAsync(store: _store, time: time, configure: options =>
        {
            options.FailUnfinishedTasksOnStart = false;
            options.InterruptedRetention = TimeSpan.FromSeconds(60);
            options.Retention = TimeSpan.FromSeconds(60);
        });
        AgentTask? task;
        while ((task = await _store.FindAsync("alice", "abandoned", null, true, cancellation))!.Status.State == state)
        {
        }
        Assert.Equal(TaskState.Failed, task.Status.State);
        Assert.Contains("Nobody answered", task.Status.Message!.Text);
        Assert.Equal(state, (await _store.FindAsync("alice", "fresh", null, true, cancellation))!.Status.State);
        while (await _store.FindAsync("alice", "abandoned", null, true, cancellation) is not null)
            time.Advance(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task What_is_submitted_working_or_awaiting_an_authorization_is_unfinished()
    {
        await _store.AddAsync("alice", Task("s", 0, TaskState.Submitted), Cancellation);
        await _store.AddAsync("bob", Task("w", 0, TaskState.Working), Cancellation);
        await _store.AddAsync("carol", Task("a", 0, TaskState.AuthRequired), Cancellation);
        await _store.AddAsync("bob", Task("i", 0, TaskState.InputRequired), Cancellation);
        await _store.AddAsync("bob", Task("c", 0, TaskState.Completed), Cancellation);
        Assert.Equal([new("alice", "s"), new("bob", "w"), new("carol", "a")], (await _store.FindUnfinishedAsync(Cancellation)).OrderBy(each => each.Owner));
    }

    [Fact]
    public async Task Push_configurations_are_replaced_by_id_and_deleted()
    {
        await _store.AddAsync("alice", Task("a"), Cancellation);
        await _store.SetPushConfigAsync("alice", new() { Id = "p", TaskId = "a", Url = "https://one.example/" }, Cancellation);
        await _store.SetPushConfigAsync("alice", new() { Id = "p", TaskId = "a", Url = "https://two.example/", Token = "t" }, Cancellation);
        Assert.Equal(new TaskPushNotificationConfig { Id = "p", TaskId = "a", Url = "https://two.example/", Token = "t" }, Assert.Single(await _store.FindPushConfigsAsync("alice", "a", Cancellation)));
        await _store.DeletePushConfigAsync("bob", "a", "p", Cancellation);
        Assert.Empty(await _store.FindPushConfigsAsync("bob", "a", Cancellation));
        Assert.Single(await _store.FindPushConfigsAsync("alice", "a", Cancellation));
        await _store.DeletePushConfigAsync("alice", "a", "p", Cancellation);
        Assert.Empty(await _store.FindPushConfigsAsync("alice", "a", Cancellation));
    }

    [Fact]
    public async Task Concurrent_writers_lose_nothing()
    {
        await System.Threading.Tasks.Task.WhenAll(Enumerable.Range(0, 20).Select(async worker =>
        {
            await _store.AddAsync("alice", Task($"t{worker}"), Cancellation);
            for (var i = 0; i < 10; i++)
                await _store.ApplyAsync("alice", new() { TaskId = $"t{worker}", Message = Message.FromAgent(Part.FromText($"{i}")) }, Cancellation);
        }));
        var page = await _store.ListAsync("alice", new(), Cancellation);
        Assert.Equal(20, page.Tasks.Count);
        Assert.All(page.Tasks, task => Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], task.History!.Skip(1).Select(m => m.Text)));
    }
}
