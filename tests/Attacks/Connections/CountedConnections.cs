using System.Net.Security;
using System.Net.Sockets;
using AgentMesh.Attacks.Tests.Mesh;
using AgentMesh.Spiffe;

namespace AgentMesh.Attacks.Tests.Connections;

/// <summary>A client of one HTTP version that keeps its connection for as long as the server lets it.</summary>
internal sealed class CountedConnections : IDisposable
{
    private readonly AttackMesh _mesh;
    private readonly HttpClient _http;
    private readonly Version _version;
    private int _opened;

    public CountedConnections(AttackMesh mesh, StaticSource identity, Version version)
    {
        (_mesh, _version) = (mesh, version);
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = (context, cancellation) => ConnectAsync(identity, context, cancellation) });
    }

    public int Opened => Volatile.Read(ref _opened);

    public async Task<Answer> CallAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_mesh.RiskAnalyst.Address, "/score")) { Version = _version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Authorization = new("Bearer", token);
        return await Answer.ReadAsync(await _http.SendAsync(request, TestContext.Current.CancellationToken));
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask<Stream> ConnectAsync(StaticSource identity, SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _opened);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(context.DnsEndPoint, cancellation);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        var options = SpiffeTls.ClientOptions(identity.GetX509Svid(), identity, Authorize.AnyPeer(), _mesh.Clock);
        options.TargetHost = "localhost";
        options.ApplicationProtocols = [_version.Major == 2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11];
        await tls.AuthenticateAsClientAsync(options, cancellation);
        return tls;
    }
}
