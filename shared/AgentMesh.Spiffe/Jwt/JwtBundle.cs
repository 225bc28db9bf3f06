using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;
using AgentMesh.Spiffe.Internal;

namespace AgentMesh.Spiffe;

/// <summary>The keys, by key id, that verify the JWT-SVIDs of one trust domain (JWT-SVID §6). Immutable.</summary>
public sealed class JwtBundle
{
    private readonly FrozenDictionary<string, JwtAuthority> _authorities;

    /// <summary>Creates a bundle. Of two authorities with the same key id the first counts.</summary>
    /// <param name="trustDomain">Whose keys these are; they verify nobody else's tokens.</param>
    /// <param name="authorities">The keys; none means that no JWT-SVID of the trust domain is trusted.</param>
    public JwtBundle(TrustDomain trustDomain, IEnumerable<JwtAuthority> authorities)
    {
        ArgumentNullException.ThrowIfNull(trustDomain);
        ArgumentNullException.ThrowIfNull(authorities);
        TrustDomain = trustDomain;
        Authorities = [.. authorities.DistinctBy(static a => a.KeyId, StringComparer.Ordinal)];
        _authorities = Authorities.ToFrozenDictionary(static a => a.KeyId, StringComparer.Ordinal);
    }

    /// <summary>The trust domain.</summary>
    public TrustDomain TrustDomain { get; }

    /// <summary>The keys.</summary>
    public IReadOnlyList<JwtAuthority> Authorities { get; }

    /// <summary>Reads a JWK Set as the Workload API delivers it.</summary>
    /// <remarks>
    /// Entries that cannot be used are skipped: no <c>kid</c>, an unknown <c>kty</c>, a broken or weak key, a <c>use</c> other than
    /// <c>jwt-svid</c>. A missing <c>use</c> is accepted, because SPIRE's Workload API sends none.
    /// </remarks>
    /// <param name="trustDomain">Whose bundle it is; the document does not say.</param>
    /// <param name="jwks">The document, UTF-8.</param>
    /// <exception cref="FormatException">Not a JSON object with an array <c>keys</c>.</exception>
    public static JwtBundle Parse(TrustDomain trustDomain, ReadOnlyMemory<byte> jwks)
    {
        ArgumentNullException.ThrowIfNull(trustDomain);
        using var document = JsonWebKeys.ParseSet(jwks);
        return new JwtBundle(trustDomain, Read(document, useRequired: false));
    }

    /// <summary>The keys as a JWK Set, UTF-8: what the Workload API delivers and what <see cref="Parse"/> reads.</summary>
    /// <param name="use">The <c>use</c> of each key; null leaves it out, as plain JWKS consumers (OpenID Connect) expect.</param>
    public byte[] ToJson(string? use = JsonWebKeys.JwtUse)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("keys");
            foreach (var authority in Authorities)
                authority.WriteTo(json, use);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    internal JwtAuthority? Find(string keyId) => _authorities.GetValueOrDefault(keyId);

    internal static IEnumerable<JwtAuthority> Read(JsonDocument document, bool useRequired)
    {
        foreach (var key in JsonWebKeys.Entries(document))
        {
            var use = JsonWebKeys.String(key, "use");
            var meant = use == JsonWebKeys.JwtUse || (use is null && !useRequired && !key.TryGetProperty("use", out _));
            if (meant && JsonWebKeys.ReadJwtAuthority(key) is { } authority)
                yield return authority;
        }
    }
}
