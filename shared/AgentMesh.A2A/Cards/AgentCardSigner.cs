using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AgentMesh.A2A;

/// <summary>Signs agent cards (A2A §8.4.2) with ECDSA: ES256, ES384 or ES512 by the key's curve.</summary>
/// <remarks>Safe for concurrent use when the key is. Does not own the key.</remarks>
public sealed class AgentCardSigner
{
    private readonly ECDsa _key;
    private readonly HashAlgorithmName _hash;
    private readonly string _protected;

    /// <summary>Makes a signer.</summary>
    /// <param name="key">The private key.</param>
    /// <param name="keyId">The name under which verifiers know the public key.</param>
    /// <param name="certificates">
    /// The key's certificate and those between it and what verifiers trust, DER, leaf first; goes into the protected header as <c>x5c</c>
    /// (RFC 7515 §4.1.6). Empty: verifiers know the key by its name alone.
    /// </param>
    /// <exception cref="ArgumentException">The key's curve is none of P-256, P-384 and P-521, or the name is empty.</exception>
    public AgentCardSigner(ECDsa key, string keyId, params IReadOnlyList<ReadOnlyMemory<byte>> certificates)
    {
        ArgumentException.ThrowIfNullOrEmpty(keyId);
        ArgumentNullException.ThrowIfNull(key);
        if (JwsAlgorithm.For(key) is not { } algorithm)
            throw new ArgumentException($"Cards are signed with a key on P-256, P-384 or P-521, not with one of {key.KeySize} bits.", nameof(key));
        _key = key;
        _hash = algorithm.Hash;
        KeyId = keyId;
        var header = new JsonWriterText(writer =>
        {
            writer.WriteString("alg"u8, algorithm.Name);
            writer.WriteString("kid"u8, keyId);
            writer.WriteString("typ"u8, "JOSE"u8);
            if (certificates.Count == 0)
                return;
            writer.WriteStartArray("x5c"u8);
            foreach (var certificate in certificates)
                writer.WriteBase64StringValue(certificate.Span);
            writer.WriteEndArray();
        });
        _protected = Base64Url.EncodeToString(header.Utf8);
    }

    /// <summary>The name under which verifiers know the public key.</summary>
    public string KeyId { get; }

    /// <summary>The card with one more signature. Signatures that it has are kept: several allow a change of keys.</summary>
    public AgentCard Sign(AgentCard card)
    {
        using var document = AgentCardJson.ParseDocument(AgentCardJson.Serialize(card));
        var payload = AgentCardPayload.Of(document.RootElement);
        var signature = _key.SignData(
            Encoding.ASCII.GetBytes($"{_protected}.{Base64Url.EncodeToString(payload)}"), _hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return card with
        {
            Signatures = [.. card.Signatures ?? [], new() { Protected = _protected, Signature = Base64Url.EncodeToString(signature) }],
        };
    }
}

/// <summary>A JSON object written by a delegate.</summary>
internal readonly struct JsonWriterText
{
    public JsonWriterText(Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }
        Utf8 = buffer.ToArray();
    }

    public byte[] Utf8 { get; }
}

/// <summary>The signature algorithm that a key stands for. The key decides; a header can only agree.</summary>
internal sealed record JwsAlgorithm(string Name, HashAlgorithmName Hash)
{
    public static JwsAlgorithm? For(ECDsa key) => key.KeySize switch
    {
        256 => new("ES256", HashAlgorithmName.SHA256),
        384 => new("ES384", HashAlgorithmName.SHA384),
        521 => new("ES512", HashAlgorithmName.SHA512),
        _ => null,
    };
}
