using System.Diagnostics;

namespace AgentMesh.Auth;

/// <summary>A token to be exchanged on somebody's behalf, with what is needed to cache its descendants. Redacted everywhere.</summary>
[DebuggerDisplay("[redacted]")]
internal sealed class SubjectToken(string value, TokenHash hash, DateTimeOffset expiresAt)
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string Value { get; } = value;

    public TokenHash Hash { get; } = hash;

    public DateTimeOffset ExpiresAt { get; } = expiresAt;

    public override string ToString() => "[redacted]";
}
