using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.Json;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>The issuer's ES256 keys by id (RFC 7517 §5). Keys of other kinds are skipped; an id that stands twice makes the set unusable.</summary>
internal sealed class IssuerKeySet
{
    private readonly FrozenDictionary<string, IssuerKey> _keys;

    private IssuerKeySet(FrozenDictionary<string, IssuerKey> keys) => _keys = keys;

    public int Count => _keys.Count;

    public IssuerKey? Find(string keyId) => _keys.GetValueOrDefault(keyId);

    /// <summary>Reads a key set. Keys that were in <paramref name="previous"/> stay the same objects, those that are gone are withdrawn.</summary>
    public static IssuerKeySet? TryRead(ReadOnlyMemory<byte> json, IssuerKeySet? previous)
    {
        Dictionary<string, IssuerKey> keys = new(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("keys", out var list) || list.ValueKind != JsonValueKind.Array)
                return null;
            foreach (var jwk in list.EnumerateArray())
            {
                if (TryReadKey(jwk, out var id, out var parameters) && !keys.TryAdd(id, Keep(previous?.Find(id), id, parameters)))
                    return null;
            }
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
        foreach (var old in previous?._keys.Values ?? [])
        {
            if (!keys.TryGetValue(old.Id, out var kept) || !ReferenceEquals(kept, old))
                old.Withdraw();
        }
        return new IssuerKeySet(keys.ToFrozenDictionary(StringComparer.Ordinal));
    }

    private static IssuerKey Keep(IssuerKey? old, string id, ECParameters parameters) =>
        old is not null && old.IsSameAs(parameters) ? old : new IssuerKey(id, parameters);

    private static bool TryReadKey(JsonElement jwk, out string id, out ECParameters parameters)
    {
        (id, parameters) = ("", default);
        if (jwk.ValueKind != JsonValueKind.Object || Text(jwk, "kty") != "EC" || Text(jwk, "crv") != "P-256"
            || Text(jwk, "use") is not (null or "sig") || Text(jwk, "alg") is not (null or "ES256")
            || Text(jwk, "kid") is not { Length: > 0 } kid || Text(jwk, "x") is not { } x || Text(jwk, "y") is not { } y)
        {
            return false;
        }
        parameters = new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Base64Url.DecodeFromChars(x), Y = Base64Url.DecodeFromChars(y) },
        };
        id = kid;
        try
        {
            // A point that is not on the curve is no key.
            using var probe = ECDsa.Create(parameters);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static string? Text(JsonElement jwk, string name) =>
        jwk.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
