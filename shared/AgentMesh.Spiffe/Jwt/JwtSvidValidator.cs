using System.Text;
using AgentMesh.Spiffe.Internal;

namespace AgentMesh.Spiffe;

/// <summary>Validates JWT-SVIDs (JWT-SVID §2–4). Never throws, whatever the token is; holds no state.</summary>
/// <remarks>
/// The key comes from the bundle of the subject's own trust domain and from nowhere else: a header with <c>jku</c>, <c>x5u</c>,
/// <c>jwk</c>, <c>crit</c> or any other member than <c>alg</c>, <c>kid</c> and <c>typ</c> is refused unread.
/// </remarks>
public static class JwtSvidValidator
{
    /// <summary>The longest token looked at, in bytes.</summary>
    public const int MaxTokenLength = 16 * 1024;

    /// <summary>Validates a token that a caller presented.</summary>
    /// <param name="token">The token, JWS compact serialization.</param>
    /// <param name="bundles">Where the subject's trust domain's keys come from.</param>
    /// <param name="audience">Who the validator is; must be among the token's audiences, which may be several.</param>
    /// <param name="now">The time of verification.</param>
    /// <param name="clockSkew">How far <c>exp</c> may have passed and <c>nbf</c> may lie ahead; at most a minute, none by default.</param>
    /// <exception cref="ArgumentException">The audience is empty or the skew out of range: mistakes of the validator, not of the token.</exception>
    public static JwtSvidValidation Validate(string token, IJwtBundleSource bundles, string audience, DateTimeOffset now, TimeSpan clockSkew = default)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(bundles);
        ArgumentException.ThrowIfNullOrEmpty(audience);
        ArgumentOutOfRangeException.ThrowIfLessThan(clockSkew, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(clockSkew, TimeSpan.FromMinutes(1));

        // What costs least comes first, the signature last.
        if (ParsedToken.Read(token, out var error) is not { } parsed)
            return JwtSvidValidation.Refused(error!);
        if (!parsed.Audience.Contains(audience, StringComparer.Ordinal))
            return JwtSvidValidation.Refused("it is not for this audience");
        // As differences: exp and nbf may stand at the ends of what a time can be.
        if (now - parsed.ExpiresAt >= clockSkew)
            return JwtSvidValidation.Refused($"it expired at {parsed.ExpiresAt:u}");
        if (parsed.NotBefore is { } notBefore && notBefore - now > clockSkew)
            return JwtSvidValidation.Refused($"it is not valid before {notBefore:u}");
        if (bundles.FindJwtBundle(parsed.Subject.TrustDomain) is not { } bundle)
            return JwtSvidValidation.Refused($"there is no bundle for its trust domain {parsed.Subject.TrustDomain}");
        return CheckSignature(parsed, bundle) is { } refused
            ? JwtSvidValidation.Refused(refused)
            : new JwtSvidValidation(new JwtSvid(parsed.Subject, parsed, ""), null);
    }

    private static string? CheckSignature(ParsedToken token, JwtBundle bundle)
    {
        var signed = Encoding.ASCII.GetBytes(token.Token, 0, token.SignedLength);
        if (token.KeyId is { } keyId)
        {
            if (bundle.Find(keyId) is not { } authority)
                return $"its key is not in the bundle of {bundle.TrustDomain}";
            return authority.Verify(token.Algorithm, signed, token.Signature) ? null : "its signature does not verify";
        }
        // Without a key id every key of the bundle may have signed it.
        foreach (var authority in bundle.Authorities)
        {
            if (authority.Verify(token.Algorithm, signed, token.Signature))
                return null;
        }
        return "no key of its trust domain's bundle verifies its signature";
    }
}
