using AgentMesh.Spiffe.Protocol;
using Grpc.Core;
using Grpc.Net.Client;

namespace AgentMesh.Benchmarks.WorkloadApi;

/// <summary>A workload that holds one stream.</summary>
internal sealed class IdleStream(GrpcChannel channel, bool ownsChannel) : IDisposable
{
    private readonly AsyncServerStreamingCall<X509SVIDResponse> _call =
        new SpiffeWorkloadAPI.SpiffeWorkloadAPIClient(channel).FetchX509SVID(new X509SVIDRequest(), WorkloadApiProcess.Header);

    public async Task NextAsync()
    {
        if (!await _call.ResponseStream.MoveNext(CancellationToken.None))
            throw new InvalidOperationException("the stream has ended");
    }

    public void Dispose()
    {
        _call.Dispose();
        if (ownsChannel)
            channel.Dispose();
    }
}
