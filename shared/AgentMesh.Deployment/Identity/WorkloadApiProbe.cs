using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace AgentMesh.Deployment.Identity;

/// <summary>
/// Whether a Workload API answers. Whoever asks need not be a workload: a refusal is an answer. One gRPC call without a gRPC library, so
/// that a host of the mesh need not share its version of one.
/// </summary>
public static class WorkloadApiProbe
{
    private const int NotImplemented = 12;
    private const int Unavailable = 14;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Asks for the X.509 bundles (Workload API §5.2.2) and looks at the answer's status only.</summary>
    /// <param name="endpoint">As <c>SPIFFE_ENDPOINT_SOCKET</c> says it; a Unix socket.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <returns>Null when it answers, else what is wrong.</returns>
    public static async Task<string?> AskAsync(string endpoint, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme != "unix")
            return $"{endpoint} is no Unix socket: write unix:///absolute/path.";

        using var http = new HttpMessageInvoker(new SocketsHttpHandler { ConnectCallback = (_, ct) => ConnectAsync(uri.AbsolutePath, ct) });
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://localhost/SpiffeWorkloadAPI/FetchX509Bundles")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            // Not compressed, length 0: an empty message.
            Content = new ByteArrayContent(new byte[5]),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        // Workload Endpoint §6.
        request.Headers.Add("workload.spiffe.io", "true");

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            using var response = await http.SendAsync(request, patience.Token);
            return Judge(endpoint, response);
        }
        catch (HttpRequestException e)
        {
            return $"{endpoint} does not answer: {e.InnerException?.Message ?? e.Message}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"{endpoint} does not answer within {Patience.TotalSeconds:0} s.";
        }
    }

    private static string? Judge(string endpoint, HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK || response.Content.Headers.ContentType?.MediaType?.StartsWith("application/grpc", StringComparison.Ordinal) != true)
            return $"{endpoint} answers {(int)response.StatusCode}, and not as a Workload API.";
        // Refusals have their status in the headers, bundles have none there.
        var status = response.Headers.TryGetValues("grpc-status", out var values) && int.TryParse(values.FirstOrDefault(), out var code) ? code : 0;
        return status is NotImplemented or Unavailable ? $"{endpoint} answers gRPC status {status}." : null;
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
