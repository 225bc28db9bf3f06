using AgentMesh.Deployment.Identity;
using AgentMesh.Deployment.Tests.Bootstrap;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Deployment.Tests.Identity;

public sealed class WorkloadApiProbeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Socket => Path.Combine(_folder.Path, "api.sock");

    private string Endpoint => "unix://" + Socket;

    [Fact]
    public async Task A_refusal_of_somebody_without_identity_is_an_answer()
    {
        await using var server = await ServeAsync(context =>
        {
            Assert.Equal("/SpiffeWorkloadAPI/FetchX509Bundles", context.Request.Path);
            Assert.Equal("true", context.Request.Headers["workload.spiffe.io"]);
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = "7";
            return Task.CompletedTask;
        });
        Assert.Null(await AskAsync());
    }

    [Fact]
    public async Task Bundles_are_an_answer_also_while_their_stream_stays_open()
    {
        await using var server = await ServeAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        Assert.Null(await AskAsync());
    }

    [Theory]
    [InlineData("14")]
    [InlineData("12")]
    public async Task A_server_that_is_not_ready_or_serves_something_else_does_not_answer(string status)
    {
        await using var server = await ServeAsync(context =>
        {
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = status;
            return Task.CompletedTask;
        });
        Assert.Contains($"gRPC status {status}", await AskAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Something_that_speaks_HTTP_but_not_gRPC_is_no_Workload_API()
    {
        await using var server = await ServeAsync(context => context.Response.WriteAsync("hello"));
        Assert.Contains("not as a Workload API", await AskAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_is_not_there_is_named() => Assert.Contains(Socket, await AskAsync(), StringComparison.Ordinal);

    [Fact]
    public async Task An_address_that_is_no_Unix_socket_is_refused() =>
        Assert.Contains("unix:///", await WorkloadApiProbe.AskAsync("tcp://127.0.0.1:1", TestContext.Current.CancellationToken), StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private Task<string?> AskAsync() => WorkloadApiProbe.AskAsync(Endpoint, TestContext.Current.CancellationToken);

    private async Task<WebApplication> ServeAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Socket, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
