using System.Security.Cryptography;

namespace AgentMesh.A2A.Internal;

/// <summary>The card as it is served: signed once a key, with an ETag over its bytes.</summary>
internal sealed class PublishedCard(A2AServerOptions options)
{
    private readonly Lock _gate = new();
    private AgentCardSigner? _signer;
    private ServedCard? _served;

    public ServedCard Current()
    {
        var signer = options.CardSigner?.Invoke();
        lock (_gate)
        {
            if (_served is not null && ReferenceEquals(signer, _signer))
                return _served;
            var card = signer is null ? options.Card! : signer.Sign(options.Card!);
            var json = AgentCardJson.Serialize(card);
            _signer = signer;
            return _served = new(json, $"\"{Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 16))}\"");
        }
    }

    internal sealed record ServedCard(byte[] Json, string ETag);
}
