using System.Net;
using AgentMesh.Spiffe;

namespace AgentMesh.Auth;

/// <summary>
/// The authorization server's metadata (RFC 8414), read again when it is older than the configured lifetime. One reading answers everybody who waits
/// for it, also with its failure, and goes on when one of them gives up.
/// </summary>
internal sealed class ServerMetadataCache(ServerChannel channel, Uri? issuer, TimeSpan lifetime, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private volatile Known? _known;
    private Task<(ServerMetadata? Metadata, TokenError? Error)>? _reading;

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    public ValueTask<(ServerMetadata? Metadata, TokenError? Error)> GetAsync(X509Svid svid, CancellationToken cancellationToken)
    {
        if (_known is { } known && time.GetUtcNow() < known.Until)
            return new((known.Metadata, null));
        if (issuer is null)
            throw MeshOptions.NoIssuer();
        return new(Join(issuer, svid).WaitAsync(cancellationToken));
    }

    private Task<(ServerMetadata? Metadata, TokenError? Error)> Join(Uri from, X509Svid svid)
    {
        lock (_gate)
        {
            // What ended since was asked for before this caller came: a failure of then says nothing about now.
            if (_reading is { IsCompleted: false })
                return _reading;
            var stopping = _stopping.Token;
            return _reading = Task.Run(() => ReadAsync(from, svid, stopping), stopping);
        }
    }

    private async Task<(ServerMetadata? Metadata, TokenError? Error)> ReadAsync(Uri from, X509Svid svid, CancellationToken cancellationToken)
    {
        if (_known is { } meanwhile && time.GetUtcNow() < meanwhile.Until)
            return (meanwhile.Metadata, null);
        var address = ServerMetadata.AddressOf(from);
        var answer = await channel.SendAsync(HttpMethod.Get, address, null, svid, cancellationToken).ConfigureAwait(false);
        if (answer.Error is not null)
            return (null, answer.Error);
        if (answer.Status != HttpStatusCode.OK)
            return (null, channel.Unexpected(address, answer.Status));
        if (ServerMetadata.Read(answer.Json, from, out var reason) is not { } metadata)
            return (null, channel.Reject($"The authorization server's metadata {reason}."));
        _known = new(metadata, time.GetUtcNow() + lifetime);
        return (metadata, null);
    }

    // The two of them in one reference: whoever reads one reads the other that belongs to it.
    private sealed record Known(ServerMetadata Metadata, DateTimeOffset Until);
}
