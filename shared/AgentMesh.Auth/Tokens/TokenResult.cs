using System.Diagnostics.CodeAnalysis;

namespace AgentMesh.Auth;

/// <summary>A token, or why there is none: failures of the protocol are values.</summary>
public readonly struct TokenResult : IEquatable<TokenResult>
{
    private TokenResult(AccessToken? token, TokenError? error) => (Token, Error) = (token, error);

    /// <summary>The token; null when <see cref="Error"/> says why.</summary>
    public AccessToken? Token { get; }

    /// <summary>Why there is no token; null when there is one.</summary>
    public TokenError? Error { get; }

    /// <summary>Whether there is a token.</summary>
    [MemberNotNullWhen(true, nameof(Token))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Token is not null;

    /// <summary>A token was obtained.</summary>
    /// <param name="token">The token.</param>
    /// <returns>The result.</returns>
    public static TokenResult Success(AccessToken token) => new(token ?? throw new ArgumentNullException(nameof(token)), null);

    /// <summary>No token was obtained.</summary>
    /// <param name="code">A code as <see cref="TokenError.Code"/> lists them.</param>
    /// <param name="description">One sentence for a person; holds no token.</param>
    /// <returns>The result.</returns>
    public static TokenResult Failure(string code, string description) => new(null, new TokenError(code, description));

    /// <inheritdoc/>
    public bool Equals(TokenResult other) => ReferenceEquals(Token, other.Token) && Equals(Error, other.Error);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TokenResult other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Token, Error);

    /// <summary>Compares two results.</summary>
    public static bool operator ==(TokenResult left, TokenResult right) => left.Equals(right);

    /// <summary>Compares two results.</summary>
    public static bool operator !=(TokenResult left, TokenResult right) => !left.Equals(right);

    /// <summary>Outcome without the token.</summary>
    /// <returns>A line for logs.</returns>
    public override string ToString() => Error is { } error ? $"{error.Code}: {error.Description}" : Token?.ToString() ?? "no token";
}
