using System.Net;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.Auth.Tests;

/// <summary>A disk that takes no record: nothing goes on without it, and whoever gives up is let go.</summary>
[Proves("T33", "AI8")]
public sealed class StalledAuditTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly StalledAuditLog _disk = new();
    private TestMesh _mesh = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _mesh = await TestMesh.StartAsync();

    public ValueTask DisposeAsync()
    {
        _disk.Resume();
        return _mesh.DisposeAsync();
    }

    [Fact]
    public async Task A_call_whose_record_is_not_written_ends_when_its_caller_gives_up()
    {
        var callee = await _mesh.StartAgentAsync("risk-analyst");
        var caller = _mesh.Caller("advisor", services => services.AddSingleton<IAuditLog>(_disk));
        using var giveUp = new CancellationTokenSource();
        var call = caller.Client().GetAsync(new Uri(callee.Address, "/score"), giveUp.Token);
        while (callee.Audit.Events.IsEmpty)
            await Task.Delay(10, Cancellation);
        Assert.False(call.IsCompleted);

        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(Patience, Cancellation));
        _disk.Resume();
        using var next = await caller.Client().GetAsync(new Uri(callee.Address, "/score"), Cancellation);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task So_does_one_that_is_not_sent()
    {
        var callee = await _mesh.StartAgentAsync("risk-analyst");
        var caller = _mesh.Caller("advisor", services => services.AddSingleton<IAuditLog>(_disk));
        caller.Source.Withdrawn = true;
        using var giveUp = new CancellationTokenSource();
        var call = caller.Client().GetAsync(new Uri(callee.Address, "/score"), giveUp.Token);
        await _disk.UntilAskedAsync();
        Assert.False(call.IsCompleted);

        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(Patience, Cancellation));
        Assert.Empty(callee.Audit.Events);
    }

    [Theory]
    [InlineData("/score", HttpStatusCode.OK)]
    [InlineData("/explain", HttpStatusCode.Forbidden)]
    public async Task A_request_whose_record_is_not_written_ends_when_its_caller_gives_up(string path, HttpStatusCode otherwise)
    {
        var pipeline = new ObservedPipeline();
        var callee = await _mesh.StartAgentAsync("risk-analyst", setup => setup.Services = services =>
            services.AddSingleton<IAuditLog>(_disk).AddSingleton<IStartupFilter>(pipeline));
        var advisor = _mesh.SourceOf("advisor");
        using var client = Raw.Client(_mesh, advisor, callee.Address);
        using var giveUp = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new("Bearer", _mesh.Issuer.Issue(advisor, "risk-analyst", "risk.score"));
        var call = client.SendAsync(request, giveUp.Token);
        await _disk.UntilAskedAsync();
        Assert.False(pipeline.Ended.IsCompleted);

        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await pipeline.Ended.WaitAsync(Patience, Cancellation);
        _disk.Resume();
        Assert.Equal(otherwise, (await client.GetAsync(path, _mesh.Issuer.Issue(advisor, "risk-analyst", "risk.score"))).Status);
    }

    private sealed class StalledAuditLog : IAuditLog
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task UntilAskedAsync() => _asked.Task.WaitAsync(Patience, Cancellation);

        public void Resume() => _resumed.TrySetResult();

        public ValueTask WriteAsync(AuditEvent auditEvent, CancellationToken cancellationToken = default)
        {
            _asked.TrySetResult();
            return new(_resumed.Task);
        }
    }

    /// <summary>Tells when the first request is over for the server.</summary>
    private sealed class ObservedPipeline : IStartupFilter
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => _ended.Task;

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (context, rest) =>
            {
                try
                {
                    await rest(context);
                }
                finally
                {
                    _ended.TrySetResult();
                }
            });
            next(app);
        };
    }
}
