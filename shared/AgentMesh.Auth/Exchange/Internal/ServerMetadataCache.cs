using System.Net;
using AgentMesh.Spiffe;

namespace AgentMesh.Auth;

/// <summary>The authorization server's metadata (RFC 8414), read again when it is older than the configured lifetime, by one caller at a time.</summary>
internal sealed class ServerMetadataCache(ServerChannel channel, Uri? issuer, TimeSpan lifetime, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile Known? _known;

    public void Dispose() => _gate.Dispose();

    public async ValueTask<(ServerMetadata? Metadata, TokenError? Error)> GetAsync(X509Svid svid, CancellationToken cancellationToken)
    {
        if (_known is { } known && time.GetUtcNow() < known.Until)
            return (known.Metadata, null);
        if (issuer is null)
            throw MeshOptions.NoIssuer();

        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_known is { } meanwhile && time.GetUtcNow() < meanwhile.Until)
                return (meanwhile.Metadata, null);
            var address = ServerMetadata.AddressOf(issuer);
            var answer = await channel.SendAsync(HttpMethod.Get, address, null, svid, cancellationToken).ConfigureAwait(false);
            if (answer.Error is not null)
                return (null, answer.Error);
            if (answer.Status != HttpStatusCode.OK)
                return (null, channel.Unexpected(address, answer.Status));
            if (ServerMetadata.Read(answer.Json, issuer, out var reason) is not { } metadata)
                return (null, channel.Reject($"The authorization server's metadata {reason}."));
            _known = new(metadata, time.GetUtcNow() + lifetime);
            return (metadata, null);
        }
        finally
        {
            _gate.Release();
        }
    }

    // The two of them in one reference: whoever reads one reads the other that belongs to it.
    private sealed record Known(ServerMetadata Metadata, DateTimeOffset Until);
}
