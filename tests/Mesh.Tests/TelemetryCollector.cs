using System.Collections.Concurrent;
using System.Net;
using System.Text;
using AgentMesh.Testing;

namespace AgentMesh.Mesh.Tests;

/// <summary>Takes what is exported by OTLP over HTTP and keeps it as it came: texts are readable in protocol buffers.</summary>
internal sealed class TelemetryCollector : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<(string Path, string Body)> _received = new();
    private readonly Task _receiving;

    public TelemetryCollector()
    {
        Address = $"http://127.0.0.1:{FreePort.Take()}/";
        _listener.Prefixes.Add(Address);
        _listener.Start();
        _receiving = ReceiveAsync();
    }

    public string Address { get; }

    /// <summary>Everything that was exported to a path such as <c>/v1/traces</c>.</summary>
    public string Received(string path) => string.Concat(_received.Where(each => each.Path == path).Select(each => each.Body));

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _receiving;
    }

    private async Task ReceiveAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream, Encoding.Latin1);
                _received.Enqueue((context.Request.Url!.AbsolutePath, await reader.ReadToEndAsync()));
                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
            {
                // Closed, or an exporter that ended.
            }
        }
    }
}
