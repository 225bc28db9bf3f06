using System.Net;
using AgentMesh.A2A.Mesh.Tests.Mesh;

namespace AgentMesh.A2A.Mesh.Tests.Calls;

/// <summary>A task goes on without its stream, and whoever waits for it takes the stream up again.</summary>
public sealed class TaskRelayTests : IAsyncLifetime
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
        var ann = _mesh.Caller("ann");
        var found = await ann.Directory.FindAsync("read", Auth.ScopeSet.Of("back.read"), Cancellation);
        using var plain = ann.WithToken(await ann.TokenAsync("back", "back.read"));
        using var breaking = new HttpClient(new BreakFirstStream(plain));
        var client = new A2AClient(breaking, found.Card);

        await using var relay = new TaskRelay(client, client, "back");
        var task = await relay.RunAsync(Message.FromUser(text) with { Metadata = SkillName.Metadata("read") }, Cancellation);

        Assert.Equal(end, task.Status.State);
        Assert.Equal([end], await _mesh.TasksAsync("back", "ann"));
    }

    [Fact]
    public async Task A_stream_that_breaks_before_its_first_event_is_an_error_because_nobody_knows_whether_there_is_a_task()
    {
        var ann = _mesh.Caller("ann");
        var found = await ann.Directory.FindAsync("read", Auth.ScopeSet.Of("back.read"), Cancellation);
        using var plain = ann.WithToken(await ann.TokenAsync("back", "back.read"));
        using var breaking = new HttpClient(new BreakFirstStream(plain, events: 0));
        var client = new A2AClient(breaking, found.Card);

        await using var relay = new TaskRelay(client, client, "back");
        await Assert.ThrowsAnyAsync<IOException>(() => relay.RunAsync(Message.FromUser("read") with { Metadata = SkillName.Metadata("read") }, Cancellation));
    }

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    /// <summary>Cuts the first stream of events short, as a connection that breaks does.</summary>
    private sealed class BreakFirstStream(HttpClient inner, int events = 1) : HttpMessageHandler
    {
        private bool _broken;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var copy = new HttpRequestMessage(request.Method, request.RequestUri) { Content = request.Content };
            foreach (var (name, values) in request.Headers.Where(header => header.Key != "A2A-Version"))
                copy.Headers.TryAddWithoutValidation(name, values);
            var response = await inner.SendAsync(copy, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (_broken || response.Content.Headers.ContentType?.MediaType != "text/event-stream")
                return response;
            _broken = true;
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var broken = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new BrokenStream(stream, events)) };
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
