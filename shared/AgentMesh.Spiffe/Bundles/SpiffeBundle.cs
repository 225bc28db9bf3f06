using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using AgentMesh.Spiffe.Internal;

namespace AgentMesh.Spiffe;

/// <summary>A trust domain's bundle document: X.509 and JWT authorities in one JWK Set (Trust Domain and Bundle §4). Immutable.</summary>
public sealed class SpiffeBundle
{
    /// <summary>Creates a bundle.</summary>
    /// <param name="x509Bundle">The X.509 authorities.</param>
    /// <param name="jwtBundle">The JWT authorities, of the same trust domain.</param>
    /// <param name="sequence">Grows with every change of the contents; null when not known.</param>
    /// <param name="refreshHint">How often consumers should look; whole seconds, null when not said.</param>
    /// <exception cref="ArgumentException">The two bundles belong to different trust domains.</exception>
    public SpiffeBundle(X509Bundle x509Bundle, JwtBundle jwtBundle, ulong? sequence = null, TimeSpan? refreshHint = null)
    {
        ArgumentNullException.ThrowIfNull(x509Bundle);
        ArgumentNullException.ThrowIfNull(jwtBundle);
        if (x509Bundle.TrustDomain != jwtBundle.TrustDomain)
            throw new ArgumentException($"A bundle belongs to one trust domain, not to {x509Bundle.TrustDomain} and {jwtBundle.TrustDomain}.", nameof(jwtBundle));
        X509Bundle = x509Bundle;
        JwtBundle = jwtBundle;
        Sequence = sequence;
        RefreshHint = refreshHint;
    }

    /// <summary>The trust domain.</summary>
    public TrustDomain TrustDomain => X509Bundle.TrustDomain;

    /// <summary>The X.509 authorities.</summary>
    public X509Bundle X509Bundle { get; }

    /// <summary>The certificates of <see cref="X509Bundle"/>.</summary>
    public IReadOnlyList<X509Certificate2> X509Authorities => X509Bundle.Authorities;

    /// <summary>The JWT authorities.</summary>
    public JwtBundle JwtBundle { get; }

    /// <summary><c>spiffe_sequence</c>: grows with every change; null when not given.</summary>
    public ulong? Sequence { get; }

    /// <summary><c>spiffe_refresh_hint</c>: how often to look for changes; null when not given.</summary>
    public TimeSpan? RefreshHint { get; }

    /// <summary>Reads a bundle document.</summary>
    /// <remarks>Entries that cannot be used are skipped: a missing or unknown <c>use</c>, an unknown <c>kty</c>, no <c>x5c</c>, no <c>kid</c>, a broken key.</remarks>
    /// <param name="trustDomain">Whose bundle it is; the document does not say.</param>
    /// <param name="json">The document, UTF-8.</param>
    /// <exception cref="FormatException">Not a JSON object with an array <c>keys</c>, or a sequence or hint that is no whole number.</exception>
    public static SpiffeBundle Parse(TrustDomain trustDomain, ReadOnlyMemory<byte> json)
    {
        ArgumentNullException.ThrowIfNull(trustDomain);
        using var document = JsonWebKeys.ParseSet(json);
        var sequence = ReadNumber(document.RootElement, "spiffe_sequence");
        var hint = ReadNumber(document.RootElement, "spiffe_refresh_hint");
        var authorities = new List<X509Certificate2>();
        foreach (var key in JsonWebKeys.Entries(document))
        {
            if (JsonWebKeys.String(key, "use") == JsonWebKeys.X509Use && JsonWebKeys.ReadX509Authority(key) is { } authority)
                authorities.Add(authority);
        }
        return new SpiffeBundle(
            new X509Bundle(trustDomain, authorities),
            new JwtBundle(trustDomain, JwtBundle.Read(document, useRequired: true)),
            sequence,
            hint is { } seconds ? TimeSpan.FromSeconds(Math.Min(seconds, (ulong)int.MaxValue)) : null);
    }

    /// <summary>The bundle document, UTF-8, as a bundle endpoint serves it.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (Sequence is { } sequence)
                json.WriteNumber("spiffe_sequence", sequence);
            if (RefreshHint is { } hint)
                json.WriteNumber("spiffe_refresh_hint", (long)hint.TotalSeconds);
            json.WriteStartArray("keys");
            foreach (var authority in X509Authorities)
                JsonWebKeys.WriteX509(json, authority);
            foreach (var authority in JwtBundle.Authorities)
                authority.WriteTo(json, JsonWebKeys.JwtUse);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    // By what was read: an authority may be of a kind that no document written here can describe.
    internal bool HasSameContents(SpiffeBundle other) =>
        (Sequence, RefreshHint) == (other.Sequence, other.RefreshHint)
        && X509Authorities.Count == other.X509Authorities.Count
        && X509Authorities.Zip(other.X509Authorities).All(static pair => pair.First.RawDataMemory.Span.SequenceEqual(pair.Second.RawDataMemory.Span))
        && JwtBundle.ToJson().AsSpan().SequenceEqual(other.JwtBundle.ToJson());

    private static ulong? ReadNumber(JsonElement bundle, string name)
    {
        if (!bundle.TryGetProperty(name, out var value))
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out var number)
            ? number : throw new FormatException($"The bundle's '{name}' is no whole number.");
    }
}
