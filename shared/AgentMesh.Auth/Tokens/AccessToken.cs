using System.Diagnostics;
using System.Net.Http.Headers;

namespace AgentMesh.Auth;

/// <summary>An access token bound to one X509-SVID (RFC 8705 §3). Held in memory only; never prints itself.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class AccessToken
{
    /// <summary>Wraps a token.</summary>
    /// <param name="value">The token as issued.</param>
    /// <param name="scopes">What it grants.</param>
    /// <param name="expiresAt">When it ends.</param>
    public AccessToken(string value, ScopeSet scopes, DateTimeOffset expiresAt)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        (Scopes, ExpiresAt) = (scopes, expiresAt);
        Header = new AuthenticationHeaderValue("Bearer", value);
    }

    /// <summary>What the token grants.</summary>
    public ScopeSet Scopes { get; }

    /// <summary>When the token ends. It is not sent at or after this time.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>The ready header, so that a cached token costs nothing to send again.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    internal AuthenticationHeaderValue Header { get; }

    /// <summary>Scopes and expiry; never the token.</summary>
    /// <returns>A line for logs.</returns>
    public override string ToString() => $"access token [{Scopes}] until {ExpiresAt:O}, value redacted";
}
