using System.Diagnostics.CodeAnalysis;
using AgentMesh.Spiffe.Internal;

namespace AgentMesh.Spiffe;

/// <summary>
/// A SPIFFE ID: <c>spiffe://trust-domain/path</c> (SPIFFE-ID §2). Parsed once, immutable, compared byte by byte.
/// </summary>
/// <remarks>
/// Exactly the standard's grammar, without the leniency of <see cref="Uri"/>: lower-case scheme and trust domain,
/// path segments of <c>[a-zA-Z0-9.-_]</c>, at most 2048 bytes; no query, fragment, port, user info or percent-encoding.
/// </remarks>
public sealed class SpiffeId : IEquatable<SpiffeId>, IParsable<SpiffeId>
{
    /// <summary>The longest SPIFFE ID accepted, in bytes (SPIFFE-ID §2.3).</summary>
    public const int MaxLength = 2048;

    private readonly string _value;

    private SpiffeId(string value, TrustDomain trustDomain, string path)
    {
        _value = value;
        TrustDomain = trustDomain;
        Path = path;
    }

    internal SpiffeId(TrustDomain trustDomain) : this(SpiffeIdGrammar.Scheme + trustDomain.Name, trustDomain, "")
    {
    }

    /// <summary>The trust domain whose bundle verifies this identity.</summary>
    public TrustDomain TrustDomain { get; }

    /// <summary>Empty, or the path with its leading slash: <c>/agent/advisor</c>.</summary>
    public string Path { get; }

    /// <summary>Parses a SPIFFE ID.</summary>
    /// <exception cref="FormatException">The text is not a SPIFFE ID; the message says which rule it breaks.</exception>
    public static SpiffeId Parse(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Create(value, out var error) ?? throw new FormatException($"Not a SPIFFE ID: {error}.");
    }

    /// <summary>Parses a SPIFFE ID; false, without an exception, for anything that is not one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? value, [NotNullWhen(true)] out SpiffeId? id)
    {
        id = value is null ? null : Create(value, out _);
        return id is not null;
    }

    /// <summary>Puts a SPIFFE ID together from a trust domain and a path.</summary>
    /// <param name="trustDomain">The trust domain.</param>
    /// <param name="path">Empty, or a path that begins with a slash.</param>
    /// <exception cref="FormatException">The path breaks the standard's grammar, or the ID would be longer than 2048 bytes.</exception>
    public static SpiffeId Create(TrustDomain trustDomain, string path)
    {
        ArgumentNullException.ThrowIfNull(trustDomain);
        ArgumentNullException.ThrowIfNull(path);
        return Parse(SpiffeIdGrammar.Scheme + trustDomain.Name + path);
    }

    /// <summary>Whether this identity belongs to the trust domain.</summary>
    public bool MemberOf(TrustDomain trustDomain) => TrustDomain.Equals(trustDomain);

    /// <inheritdoc/>
    public bool Equals(SpiffeId? other) => other is not null && string.Equals(_value, other._value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SpiffeId);

    /// <inheritdoc/>
    public override int GetHashCode() => _value.GetHashCode(StringComparison.Ordinal);

    /// <summary>The whole ID, <c>spiffe://trust-domain/path</c>; allocates nothing.</summary>
    public override string ToString() => _value;

    /// <summary>Equality of the whole ID.</summary>
    public static bool operator ==(SpiffeId? left, SpiffeId? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Inequality of the whole ID.</summary>
    public static bool operator !=(SpiffeId? left, SpiffeId? right) => !(left == right);

    static SpiffeId IParsable<SpiffeId>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<SpiffeId>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out SpiffeId result) =>
        TryParse(s, out result);

    private static SpiffeId? Create(string value, out string? error)
    {
        error = SpiffeIdGrammar.Check(value, out var pathStart);
        if (error is not null)
            return null;
        var trustDomain = new TrustDomain(value[SpiffeIdGrammar.Scheme.Length..pathStart]);
        return pathStart == value.Length ? trustDomain.Id : new SpiffeId(value, trustDomain, value[pathStart..]);
    }
}
