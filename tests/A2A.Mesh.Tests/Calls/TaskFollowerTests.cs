using System.Net;
using AgentMesh.A2A.Mesh.Tests.Mesh;

namespace AgentMesh.A2A.Mesh.Tests.Calls;

/// <summary>A task goes on without its stream, and whoever waits for it takes the stream up again.</summary>
public sealed class TaskFollowerTests : IAsyncLifetime
{
    private readonly ChainMesh _mesh = new();
    private RunningAgent _back = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _mesh.InitializeAsync();
        _back = await _mesh.BackAsync();
    }

    [Theory]
    [InlineData("read", TaskState.Completed)]
    [InlineData("wait", TaskState.InputRequired)]
    public async Task A_stream_that_breaks_after_its_first_event_is_taken_up_again_and_the_message_is_sent_once(string text, TaskState end)
    {
        var (client, _) = await ClientAsync(new() { Breaks = 1 });

        var task = await new TaskFollower(client).RunAsync(ToRead(text), Cancellation);

        Assert.Equal(end, task.Status.State);
        Assert.Equal([end], await _mesh.TasksAsync("back", "ann"));
    }

    [Fact]
    public async Task A_stream_that_breaks_twice_is_taken_up_twice_and_each_status_is_heard_once()
    {
        List<TaskStatus> heard = [];
        var (client, faults) = await ClientAsync(new() { Breaks = 2, EndsAfterStream = 3 });

        var task = await new TaskFollower(client, heard: status => Keep(heard, status)).RunAsync(ToRead("hold"), Cancellation);

        Assert.Equal(TaskState.Completed, task.Status.State);
        Assert.Equal(3, faults.Streams);
        Assert.Equal(heard.Distinct(), heard);
        Assert.Equal(heard.DistinctBy(status => (status.State, status.Timestamp, status.Message?.MessageId)), heard);
        Assert.Equal(TaskState.Completed, heard[^1].State);
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.BadGateway)]
    [InlineData(null)]
    public async Task An_agent_that_cannot_be_reached_when_the_stream_is_taken_up_is_tried_again(HttpStatusCode? answer)
    {
        var (client, faults) = await ClientAsync(new() { Breaks = 1, Refusals = 2, Refusal = answer });

        var task = await new TaskFollower(client).RunAsync(ToRead("read"), Cancellation);

        Assert.Equal(TaskState.Completed, task.Status.State);
        Assert.Equal(0, faults.Refusals);
    }

    [Fact]
    public async Task An_agent_that_stays_away_ends_the_call_with_what_is_wrong()
    {
        var (client, faults) = await ClientAsync(new() { Breaks = 1, Refusals = int.MaxValue, Refusal = HttpStatusCode.ServiceUnavailable });

        var error = await Assert.ThrowsAsync<A2AException>(() => new TaskFollower(client).RunAsync(ToRead("read"), Cancellation));

        Assert.Equal(A2AErrorCode.Overloaded, error.Code);
        Assert.Equal(int.MaxValue - 5, faults.Refusals);
    }

    [Fact]
    public async Task A_task_that_ends_between_being_fetched_and_being_subscribed_to_is_fetched_again()
    {
        var (client, faults) = await ClientAsync(new() { Breaks = 1, EndsBeforeStream = 2 });

        var task = await new TaskFollower(client).RunAsync(ToRead("hold"), Cancellation);

        Assert.Equal(TaskState.Completed, task.Status.State);
        Assert.Equal("went on", task.Artifacts!.Single().Parts.Single().Text);
        Assert.Equal(2, faults.Streams);
    }

    [Fact]
    public async Task Giving_up_cancels_the_agents_task()
    {
        using var given = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var (client, _) = await ClientAsync(new());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new TaskFollower(client, heard: status => status.State == TaskState.Working ? new(given.CancelAsync()) : default)
            .RunAsync(ToRead("hold"), given.Token));

        Assert.Equal([TaskState.Canceled], await _mesh.TasksAsync("back", "ann"));
    }

    [Fact]
    public async Task A_stream_that_breaks_before_its_first_event_is_an_error_because_nobody_knows_whether_there_is_a_task()
    {
        var (client, _) = await ClientAsync(new() { Breaks = 1, EventsBefore = 0 });

        await Assert.ThrowsAnyAsync<IOException>(() => new TaskFollower(client).RunAsync(ToRead("read"), Cancellation));
    }

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    private static Message ToRead(string text) => Message.FromUser(text) with { Metadata = SkillName.Metadata("read") };

    private static ValueTask Keep(List<TaskStatus> heard, TaskStatus status)
    {
        heard.Add(status);
        return ValueTask.CompletedTask;
    }

    /// <summary>Ann's client of the skill, over connections with faults.</summary>
    private async Task<(A2AClient Client, Faults Faults)> ClientAsync(Faults faults)
    {
        var ann = _mesh.Caller("ann");
        var found = await ann.Directory.FindAsync("read", Auth.ScopeSet.Of("back.read"), Cancellation);
        var plain = ann.WithToken(await ann.TokenAsync("back", "back.read"));
        faults.GoOnAsync = taskId => new A2AClient(plain, found.Card).SendMessageAsync(new() { Message = Message.FromUser("go on") with { TaskId = taskId } }, Cancellation);
        return (new A2AClient(new HttpClient(new FaultyConnection(plain, faults)), found.Card, new() { PreferredBindings = [A2AProtocol.HttpJson] }), faults);
    }

    private sealed class Faults
    {
        /// <summary>How many streams break.</summary>
        public int Breaks { get; set; }

        public int EventsBefore { get; init; } = 1;

        /// <summary>How many attempts to fetch the task fail after that.</summary>
        public int Refusals { get; set; }

        /// <summary>How they fail; null is a connection that cannot be made.</summary>
        public HttpStatusCode? Refusal { get; init; }

        /// <summary>The task ends just before the stream of this number is asked for.</summary>
        public int EndsBeforeStream { get; init; }

        /// <summary>The task ends when the stream of this number has begun.</summary>
        public int EndsAfterStream { get; init; }

        /// <summary>How many streams were asked for.</summary>
        public int Streams { get; set; }

        public Func<string, Task> GoOnAsync { get; set; } = _ => Task.CompletedTask;
    }

    private sealed class FaultyConnection(HttpClient inner, Faults faults) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.AbsolutePath;
            if (request.Method == HttpMethod.Get && faults.Refusals > 0)
            {
                faults.Refusals--;
                return faults.Refusal is { } status ? new HttpResponseMessage(status) : throw new HttpRequestException("Connection refused.");
            }
            var stream = path.EndsWith(":stream", StringComparison.Ordinal) || path.EndsWith(":subscribe", StringComparison.Ordinal) ? ++faults.Streams : 0;
            if (stream > 0 && stream == faults.EndsBeforeStream)
                await faults.GoOnAsync(path.Split('/', ':')[^2]);
            using var copy = new HttpRequestMessage(request.Method, request.RequestUri) { Content = request.Content };
            foreach (var (name, values) in request.Headers.Where(header => header.Key != "A2A-Version"))
                copy.Headers.TryAddWithoutValidation(name, values);
            var response = await inner.SendAsync(copy, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (stream > 0 && stream == faults.EndsAfterStream)
                await faults.GoOnAsync(path.Split('/', ':')[^2]);
            if (stream == 0 || faults.Breaks == 0)
                return response;
            faults.Breaks--;
            var events = await response.Content.ReadAsStreamAsync(cancellationToken);
            var broken = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new BrokenStream(events, faults.EventsBefore)) };
            broken.Content.Headers.ContentType = response.Content.Headers.ContentType;
            return broken;
        }
    }

    private sealed class BrokenStream(Stream inner, int events) : Stream
    {
        private int _left = events;
        private byte _last;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        // A byte at a time, up to the empty line that ends the last event.
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_left == 0)
                throw new IOException("The connection broke.");
            var read = await inner.ReadAsync(buffer[..1], cancellationToken);
            if (read == 1)
            {
                if (buffer.Span[0] == '\n' && _last == '\n')
                    _left--;
                _last = buffer.Span[0];
            }
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
