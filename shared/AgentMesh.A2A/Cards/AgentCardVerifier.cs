using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AgentMesh.A2A;

/// <summary>A card that somebody trusted has signed.</summary>
/// <param name="Card">The card.</param>
/// <param name="KeyId">The key that verified it.</param>
public sealed record VerifiedAgentCard(AgentCard Card, string KeyId);

/// <summary>What a signature's protected header says about its key: a claim, for the verifier to check against what it trusts.</summary>
/// <param name="KeyId">The <c>kid</c>.</param>
/// <param name="Certificates">The <c>x5c</c>, DER, leaf first (RFC 7515 §4.1.6); empty when there is none. Material to build a path with, never trusted.</param>
public sealed record AgentCardKeyClaim(string KeyId, IReadOnlyList<byte[]> Certificates);

/// <summary>
/// Verifies signed agent cards (A2A §8.4.3) with keys that the caller trusts. Nothing that the card or a header says leads to a
/// key by itself: <c>jku</c>, <c>jwk</c> and <c>x5u</c> are not read, <c>x5c</c> is handed to the caller, who says whether it trusts it, and a
/// header with <c>crit</c> is refused.
/// </summary>
public static class AgentCardVerifier
{
    private const int MaxSignatures = 16;
    private const int MaxCertificates = 10;

    /// <summary>Verifies a card as it was received.</summary>
    /// <param name="json">The card's bytes.</param>
    /// <param name="findKey">The public key known by a name; <see langword="null"/> when there is none.</param>
    /// <param name="reason">Why no signature is good, when the result is <see langword="null"/>.</param>
    public static VerifiedAgentCard? Verify(ReadOnlyMemory<byte> json, Func<string, ECDsa?> findKey, out string reason) =>
        Verify(json, (AgentCardKeyClaim claim) => findKey(claim.KeyId), out reason);

    /// <summary>Verifies a card as it was received, where keys come with certificates.</summary>
    /// <param name="json">The card's bytes.</param>
    /// <param name="findKey">The public key that a claim stands for, if the caller trusts it; <see langword="null"/> when not.</param>
    /// <param name="reason">Why no signature is good, when the result is <see langword="null"/>.</param>
    public static VerifiedAgentCard? Verify(ReadOnlyMemory<byte> json, Func<AgentCardKeyClaim, ECDsa?> findKey, out string reason)
    {
        try
        {
            using var document = AgentCardJson.ParseDocument(json);
            var card = AgentCardJson.Read(document);
            if (card.Signatures is not { Count: > 0 and <= MaxSignatures } signatures)
            {
                reason = card.Signatures is { Count: > MaxSignatures } ? $"The card has more than {MaxSignatures} signatures." : "The card is not signed.";
                return null;
            }
            var payload = Base64Url.EncodeToString(AgentCardPayload.Of(document.RootElement));
            reason = "";
            foreach (var signature in signatures)
            {
                var (keyId, refusal) = Verify(signature, payload, findKey);
                if (keyId is not null)
                {
                    reason = "";
                    return new(card, keyId);
                }
                reason = refusal;
            }
            return null;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            reason = $"The card is not valid: {exception.Message}";
            return null;
        }
    }

    private static (string? KeyId, string Refusal) Verify(AgentCardSignature signature, string payload, Func<AgentCardKeyClaim, ECDsa?> findKey)
    {
        if (!Base64Url.IsValid(signature.Protected) || !Base64Url.IsValid(signature.Signature))
            return (null, "A signature is not base64url.");
        using var header = AgentCardJson.ParseDocument(Base64Url.DecodeFromChars(signature.Protected));
        if (header.RootElement.TryGetProperty("crit", out _) || header.RootElement.TryGetProperty("b64", out _))
            return (null, "The protected header has extensions that are not understood.");
        if (Text(header.RootElement, "typ") is not (null or "JOSE"))
            return (null, "The protected header's typ is not JOSE.");
        if (Text(header.RootElement, "kid") is not { Length: > 0 } keyId)
            return (null, "The protected header has no kid.");
        if (Certificates(header.RootElement) is not { } certificates)
            return (null, "The protected header's x5c is not a list of certificates.");
        if (findKey(new(keyId, certificates)) is not { } key)
            return (null, "No trusted key has the kid of the protected header.");
        if (JwsAlgorithm.For(key) is not { } algorithm || Text(header.RootElement, "alg") != algorithm.Name)
            return (null, "The protected header's alg is not the trusted key's.");
        return key.VerifyData(
            Encoding.ASCII.GetBytes($"{signature.Protected}.{payload}"),
            Base64Url.DecodeFromChars(signature.Signature),
            algorithm.Hash,
            DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
            ? (keyId, "")
            : (null, "The signature does not match the card.");
    }

    private static List<byte[]>? Certificates(JsonElement header)
    {
        if (!header.TryGetProperty("x5c", out var chain))
            return [];
        if (chain.ValueKind != JsonValueKind.Array || chain.GetArrayLength() is 0 or > MaxCertificates)
            return null;
        List<byte[]> certificates = [];
        foreach (var each in chain.EnumerateArray())
        {
            if (each.ValueKind != JsonValueKind.String || !each.TryGetBytesFromBase64(out var certificate))
                return null;
            certificates.Add(certificate);
        }
        return certificates;
    }

    private static string? Text(JsonElement header, string name) =>
        header.TryGetProperty(name, out var value) ? value.ValueKind == JsonValueKind.String ? value.GetString() : "" : null;
}
