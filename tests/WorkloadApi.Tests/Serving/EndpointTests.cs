using AgentMesh.Testing;
using AgentMesh.WorkloadApi.Tests.Hosting;
using Grpc.Core;
using Grpc.Reflection.V1Alpha;

namespace AgentMesh.WorkloadApi.Tests.Serving;

public sealed class EndpointTests
{
    public static TheoryData<string[]> WrongHeaders => new(
        [],
        ["workload.spiffe.io", "True"],
        ["workload.spiffe.io", "false"],
        ["workload.spiffe.io", ""],
        ["workload.spiffe.io", " true x"],
        ["workload.spiffe.io", "true", "workload.spiffe.io", "true"],
        ["workload.spiffe.io", "true", "workload.spiffe.io", "false"],
        ["x-workload.spiffe.io", "true"]);

    [Theory, MemberData(nameof(WrongHeaders))]
    [Proves("WE2")]
    public async Task Every_call_without_the_exact_security_header_is_refused(string[] headers)
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));
        var client = server.Workload();
        var cancel = TestContext.Current.CancellationToken;
        var metadata = new Metadata();
        foreach (var pair in headers.Chunk(2))
            metadata.Add(pair[0], pair[1]);
        var refused = new Status(StatusCode.InvalidArgument, "security header missing from request");

        Assert.Equal(refused, await client.FetchX509SVID(new(), metadata, cancellationToken: cancel).EndAsync());
        Assert.Equal(refused, await client.FetchX509Bundles(new(), metadata, cancellationToken: cancel).EndAsync());
        Assert.Equal(refused, await client.FetchJWTBundles(new(), metadata, cancellationToken: cancel).EndAsync());
        Assert.Equal(refused, await client.FetchWITSVID(new(), metadata, cancellationToken: cancel).EndAsync());
        Assert.Equal(refused, await StatusOf(async () => await client.FetchJWTSVIDAsync(new() { Audience = { "a" } }, metadata, cancellationToken: cancel)));
        Assert.Equal(refused, await StatusOf(async () => await client.ValidateJWTSVIDAsync(new() { Audience = "a", Svid = "b" }, metadata, cancellationToken: cancel)));
        Assert.Equal(refused, await StatusOf(async () => await server.Admin().ListEntriesAsync(new(), metadata, cancellationToken: cancel)));
    }

    [Fact]
    [Proves("WA1")]
    public async Task The_WIT_profile_is_answered_with_Unimplemented()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));
        var client = server.Workload();
        var cancel = TestContext.Current.CancellationToken;

        Assert.Equal(StatusCode.Unimplemented, (await client.FetchWITSVID(new(), UnixChannel.Header, cancellationToken: cancel).EndAsync()).StatusCode);
        Assert.Equal(StatusCode.Unimplemented, (await client.FetchWITBundles(new(), UnixChannel.Header, cancellationToken: cancel).EndAsync()).StatusCode);
    }

    [Fact]
    [Proves("WE5")]
    public async Task Reflection_lists_the_service_by_its_standard_name_without_a_package()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));
        using var call = new ServerReflection.ServerReflectionClient(server.Connect())
            .ServerReflectionInfo(UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);

        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        Assert.Contains("SpiffeWorkloadAPI", call.ResponseStream.Current.ListServicesResponse.Service.Select(s => s.Name));
    }

    [Fact]
    [Proves("WE5")]
    public async Task Reflection_describes_the_service_with_the_standards_methods_and_no_others()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));
        using var call = new ServerReflection.ServerReflectionClient(server.Connect())
            .ServerReflectionInfo(UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);

        await call.RequestStream.WriteAsync(new ServerReflectionRequest { FileContainingSymbol = "SpiffeWorkloadAPI" }, TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        var files = call.ResponseStream.Current.FileDescriptorResponse.FileDescriptorProto.Select(Google.Protobuf.Reflection.FileDescriptorProto.Parser.ParseFrom);
        var service = Assert.Single(files.SelectMany(f => f.Service), s => s.Name == "SpiffeWorkloadAPI");
        Assert.Equal(
            ["FetchX509SVID", "FetchX509Bundles", "FetchJWTSVID", "FetchJWTBundles", "ValidateJWTSVID", "FetchWITSVID", "FetchWITBundles"],
            service.Method.Select(m => m.Name));
    }

    [Fact]
    [Proves("WE1")]
    public async Task Streams_end_with_Unavailable_when_the_server_stops_and_the_socket_is_gone()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));
        using var call = server.Workload().FetchX509SVID(new(), UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);
        await call.NextAsync();
        Assert.True(File.Exists(mesh.SocketPath));

        await server.StopAsync();

        Assert.Equal(StatusCode.Unavailable, (await call.EndAsync()).StatusCode);
        Assert.False(File.Exists(mesh.SocketPath));
    }

    private static async Task<Status> StatusOf(Func<Task> call) => (await Assert.ThrowsAsync<RpcException>(call)).Status;
}
