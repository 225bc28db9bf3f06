using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AgentMesh.Spiffe.Internal;

namespace AgentMesh.Spiffe;

/// <summary>Validates X509-SVIDs (X509-SVID §5, RFC 5280 §6). Never throws, whatever the peer sends; holds no state.</summary>
public static class X509SvidValidator
{
    /// <summary>Longest chain a peer may send along with its leaf.</summary>
    public const int MaxIntermediates = 10;

    /// <summary>Validates a peer's SVID: the leaf's profile, its validity, and a path to an authority of its own trust domain's bundle.</summary>
    /// <param name="leaf">The certificate whose private key the peer has proved to hold.</param>
    /// <param name="intermediates">What the peer sent along; material to build a path with, never trusted.</param>
    /// <param name="bundles">Where the peer's trust domain's bundle comes from. No other bundle and no store of the machine is used.</param>
    /// <param name="now">The time of verification.</param>
    public static SvidValidation Validate(X509Certificate2 leaf, IEnumerable<X509Certificate2> intermediates, IX509BundleSource bundles, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        ArgumentNullException.ThrowIfNull(intermediates);
        ArgumentNullException.ThrowIfNull(bundles);
        var profile = ReadId(leaf);
        if (!profile.IsValid)
            return profile;
        var trustDomain = profile.Id!.TrustDomain;
        if (bundles.FindX509Bundle(trustDomain) is not { Authorities.Count: > 0 } bundle)
            return SvidValidation.Refused($"there is no bundle for its trust domain {trustDomain}");
        if (CheckTime(leaf, now) is { } outside)
            return SvidValidation.Refused(outside);
        return CertificatePath.Check(leaf, intermediates, bundle, now) is { } error ? SvidValidation.Refused(error) : profile;
    }

    /// <summary>Checks the profile of a leaf alone and reads its SPIFFE ID. Says nothing about who signed it.</summary>
    /// <param name="leaf">A certificate that is already verified, or about to be.</param>
    public static SvidValidation ReadId(X509Certificate2 leaf)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        var profile = CertificateProfile.Read(leaf, out var error);
        return profile is null ? SvidValidation.Refused(error!) : profile.CheckLeaf(leaf);
    }

    private static string? CheckTime(X509Certificate2 leaf, DateTimeOffset now)
    {
        try
        {
            if (now < leaf.NotBeforeUtc())
                return $"it is not valid before {leaf.NotBeforeUtc():u}";
            return now > leaf.NotAfterUtc() ? $"it expired at {leaf.NotAfterUtc():u}" : null;
        }
        catch (CryptographicException)
        {
            return "its validity cannot be read";
        }
    }
}
