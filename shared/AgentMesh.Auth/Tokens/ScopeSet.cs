using System.Diagnostics.CodeAnalysis;

namespace AgentMesh.Auth;

/// <summary>
/// A set of OAuth scopes in canonical form: sorted, without duplicates (RFC 6749 §3.3). Equal sets are equal whatever order they were written in.
/// </summary>
public sealed class ScopeSet : IEquatable<ScopeSet>
{
    private readonly string[] _scopes;
    private readonly string _text;

    private ScopeSet(string[] sorted) => (_scopes, _text) = (sorted, string.Join(' ', sorted));

    /// <summary>The set without scopes.</summary>
    public static ScopeSet Empty { get; } = new([]);

    /// <summary>The scopes in ordinal order.</summary>
    public IReadOnlyList<string> Values => _scopes;

    /// <summary>Number of scopes in the set.</summary>
    public int Count => _scopes.Length;

    /// <summary>Reads a space-delimited list.</summary>
    /// <param name="value">Scopes separated by single or several spaces; null or empty gives <see cref="Empty"/>.</param>
    /// <returns>The set.</returns>
    /// <exception cref="FormatException">A scope has a character outside of RFC 6749 §3.3's <c>scope-token</c>.</exception>
    public static ScopeSet Parse(string? value) => TryParse(value, out var scopes)
        ? scopes
        : throw new FormatException($"\"{value}\" is not a list of scopes: RFC 6749 section 3.3 allows printable ASCII without space, quote and backslash in each.");

    /// <summary>Reads a space-delimited list without throwing.</summary>
    /// <param name="value">Scopes separated by spaces.</param>
    /// <param name="scopes">The set when the list is well-formed.</param>
    /// <returns>Whether each scope is made of the characters that RFC 6749 §3.3 allows.</returns>
    public static bool TryParse(string? value, [NotNullWhen(true)] out ScopeSet? scopes)
    {
        scopes = null;
        if (string.IsNullOrEmpty(value))
        {
            scopes = Empty;
            return true;
        }
        foreach (var c in value)
        {
            if (c is not (' ' or '!' or (>= '#' and <= '[') or (>= ']' and <= '~')))
                return false;
        }
        var parts = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        scopes = parts.Length == 0 ? Empty : new ScopeSet([.. parts.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
        return true;
    }

    /// <summary>The set of the given scopes.</summary>
    /// <param name="scopes">One scope each.</param>
    /// <returns>The set.</returns>
    /// <exception cref="FormatException">A scope is empty or malformed.</exception>
    public static ScopeSet Of(params IEnumerable<string> scopes) => Parse(string.Join(' ', scopes));

    /// <summary>Whether the scope is in the set.</summary>
    /// <param name="scope">A single scope.</param>
    /// <returns>True when it is.</returns>
    public bool Contains(string scope) => Array.IndexOf(_scopes, scope) >= 0;

    /// <summary>Whether every scope of the other set is in this one.</summary>
    /// <param name="other">The scopes asked for.</param>
    /// <returns>True when all are; also for the empty set.</returns>
    public bool ContainsAll(ScopeSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var scope in other._scopes)
        {
            if (!Contains(scope))
                return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(ScopeSet? other) => other is not null && _text == other._text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ScopeSet);

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The scopes separated by single spaces, as in a <c>scope</c> parameter or claim.</summary>
    /// <returns>The canonical text.</returns>
    public override string ToString() => _text;
}
