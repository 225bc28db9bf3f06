namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// What one issuer's tokens must be. Each issuer has rules and keys of its own, so that what is right for one cannot let in another's
/// (RFC 8725 §3.8, §3.12).
/// </summary>
internal interface ITokenRules
{
    /// <summary>The keys that the issuer signs with.</summary>
    IssuerKeys Keys { get; }

    /// <summary>Checks the header and reads which key is to verify the token.</summary>
    /// <returns>A reason code, or null.</returns>
    string? ReadKeyId(in CompactToken token, out string? keyId);

    /// <summary>Checks the claims of a token whose signature was verified.</summary>
    /// <param name="payload">The claims.</param>
    /// <param name="text">The token.</param>
    /// <param name="hash">The token's hash.</param>
    /// <param name="key">The key that verified it.</param>
    /// <param name="verified">The token, when the result is null.</param>
    /// <returns>A reason code, or null.</returns>
    /// <exception cref="System.Text.Json.JsonException">The payload is not JSON.</exception>
    string? ReadClaims(ReadOnlySpan<byte> payload, ReadOnlySpan<char> text, in TokenHash hash, IssuerKey key, out VerifiedToken? verified);
}
