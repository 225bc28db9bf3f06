using System.Collections.Frozen;
using System.Text.Json;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>An issuer's keys of one algorithm by id (RFC 7517 §5). Keys of other kinds are skipped; an id that stands twice makes the set unusable.</summary>
internal sealed class IssuerKeySet
{
    private readonly FrozenDictionary<string, IssuerKey> _keys;

    private IssuerKeySet(FrozenDictionary<string, IssuerKey> keys) => _keys = keys;

    public int Count => _keys.Count;

    public IssuerKey? Find(string keyId) => _keys.GetValueOrDefault(keyId);

    /// <summary>Reads a key set. Keys that were in <paramref name="previous"/> stay the same objects, those that are gone are withdrawn.</summary>
    /// <param name="json">The set as fetched.</param>
    /// <param name="previous">The set that it takes the place of.</param>
    /// <param name="read">Makes a key of a JWK; null skips it.</param>
    public static IssuerKeySet? TryRead(ReadOnlyMemory<byte> json, IssuerKeySet? previous, Func<JsonElement, IssuerKey?> read)
    {
        Dictionary<string, IssuerKey> keys = new(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("keys", out var list) || list.ValueKind != JsonValueKind.Array)
                return null;
            foreach (var jwk in list.EnumerateArray())
            {
                if (jwk.ValueKind == JsonValueKind.Object && read(jwk) is { } key && !keys.TryAdd(key.Id, Keep(previous?.Find(key.Id), key)))
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

    private static IssuerKey Keep(IssuerKey? old, IssuerKey key) => old is not null && old.IsSameAs(key) ? old : key;
}
