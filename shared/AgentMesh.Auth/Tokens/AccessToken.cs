using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace AgentMesh.Auth;

/// <summary>An access token bound to one X509-SVID (RFC 8705 §3) or to a key of this process (RFC 9449 §6). Held in memory only; never prints itself.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class AccessToken
{
    /// <summary>Wraps a token.</summary>
    /// <param name="value">The token as issued.</param>
    /// <param name="scopes">What it grants.</param>
    /// <param name="expiresAt">When it ends.</param>
    public AccessToken(string value, ScopeSet scopes, DateTimeOffset expiresAt) : this(value, scopes, expiresAt, proofKey: null)
    {
    }

    internal AccessToken(string value, ScopeSet scopes, DateTimeOffset expiresAt, ProofKey? proofKey)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        (Scopes, ExpiresAt, ProofKey) = (scopes, expiresAt, proofKey);
        Header = new AuthenticationHeaderValue(proofKey is null ? "Bearer" : DpopNames.Scheme, value);
        Hash = proofKey is null ? null : Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(value)));
    }

    /// <summary>What the token grants.</summary>
    public ScopeSet Scopes { get; }

    /// <summary>When the token ends. It is not sent at or after this time.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>The key that each use of the token is proven with; null when it is bound to the SVID of the connection.</summary>
    internal ProofKey? ProofKey { get; }

    /// <summary><c>ath</c> of those proofs (RFC 9449 §4.2).</summary>
    internal string? Hash { get; }

    /// <summary>The ready header, so that a cached token costs nothing to send again.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    internal AuthenticationHeaderValue Header { get; }

    /// <summary>Scopes and expiry; never the token.</summary>
    /// <returns>A line for logs.</returns>
    public override string ToString() => $"access token [{Scopes}] until {ExpiresAt:O}, value redacted";
}
