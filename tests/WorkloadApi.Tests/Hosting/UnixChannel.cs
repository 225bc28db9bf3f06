using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;

namespace AgentMesh.WorkloadApi.Tests.Hosting;

/// <summary>A gRPC client without any of our own client library.</summary>
internal static class UnixChannel
{
    /// <summary>What the standard wants on every call.</summary>
    public static Metadata Header => new() { { "workload.spiffe.io", "true" } };

    public static GrpcChannel To(string path)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        return GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }

    public static async Task<T> NextAsync<T>(this AsyncServerStreamingCall<T> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken), "the stream has ended");
        return call.ResponseStream.Current;
    }

    /// <summary>How the stream ends; it must do so without another message.</summary>
    public static async Task<Status> EndAsync<T>(this AsyncServerStreamingCall<T> call) =>
        (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))).Status;
}
