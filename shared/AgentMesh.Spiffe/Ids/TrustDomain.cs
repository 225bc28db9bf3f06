using System.Diagnostics.CodeAnalysis;
using AgentMesh.Spiffe.Internal;

namespace AgentMesh.Spiffe;

/// <summary>A trust domain's name, such as <c>agentmesh.local</c> (SPIFFE-ID §2.1). Immutable, compared byte by byte.</summary>
/// <remarks>1 to 255 bytes of <c>[a-z0-9.-_]</c>. It need not be a DNS name and is never treated as one.</remarks>
public sealed class TrustDomain : IEquatable<TrustDomain>, IParsable<TrustDomain>
{
    /// <summary>The longest name accepted, in bytes (SPIFFE-ID §2.3).</summary>
    public const int MaxLength = 255;

    internal TrustDomain(string name)
    {
        Name = name;
        Id = new SpiffeId(this);
    }

    /// <summary>The name alone: <c>agentmesh.local</c>.</summary>
    public string Name { get; }

    /// <summary>The trust domain's own SPIFFE ID, without a path: <c>spiffe://agentmesh.local</c>.</summary>
    public SpiffeId Id { get; }

    /// <summary>Parses a name (<c>agentmesh.local</c>) or a trust domain's SPIFFE ID (<c>spiffe://agentmesh.local</c>).</summary>
    /// <exception cref="FormatException">The text is neither; the message says which rule it breaks.</exception>
    public static TrustDomain Parse(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Create(value, out var error) ?? throw new FormatException($"Not a trust domain: {error}.");
    }

    /// <summary>Parses as <see cref="Parse"/> does; false, without an exception, for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? value, [NotNullWhen(true)] out TrustDomain? trustDomain)
    {
        trustDomain = value is null ? null : Create(value, out _);
        return trustDomain is not null;
    }

    /// <inheritdoc/>
    public bool Equals(TrustDomain? other) => other is not null && string.Equals(Name, other.Name, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TrustDomain);

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    /// <summary>Equality of the name.</summary>
    public static bool operator ==(TrustDomain? left, TrustDomain? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Inequality of the name.</summary>
    public static bool operator !=(TrustDomain? left, TrustDomain? right) => !(left == right);

    static TrustDomain IParsable<TrustDomain>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<TrustDomain>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out TrustDomain result) =>
        TryParse(s, out result);

    private static TrustDomain? Create(string value, out string? error)
    {
        var name = value.StartsWith(SpiffeIdGrammar.Scheme, StringComparison.Ordinal) ? value[SpiffeIdGrammar.Scheme.Length..] : value;
        error = SpiffeIdGrammar.CheckTrustDomain(name);
        return error is null ? new TrustDomain(name) : null;
    }
}
