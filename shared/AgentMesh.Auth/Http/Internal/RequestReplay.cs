using System.Net.Http.Json;

namespace AgentMesh.Auth;

/// <summary>Whether a request can be sent a second time with the very same body.</summary>
internal static class RequestReplay
{
    private const int MaxBuffered = 64 * 1024;

    /// <summary>Buffers a small body that could otherwise be read only once.</summary>
    public static async ValueTask<bool> PrepareAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        switch (request.Content)
        {
            case null or ByteArrayContent or ReadOnlyMemoryContent or JsonContent:
                return true;
            case { Headers.ContentLength: <= MaxBuffered } small:
                await small.LoadIntoBufferAsync(MaxBuffered, cancellationToken).ConfigureAwait(false);
                return true;
            default:
                return false;
        }
    }
}
