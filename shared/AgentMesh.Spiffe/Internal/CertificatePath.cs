using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AgentMesh.Spiffe.Internal;

/// <summary>RFC 5280 §6 path validation of a leaf against one bundle.</summary>
internal static class CertificatePath
{
    // An authority of a bundle need not be self-signed (X509-SVID §6.1 says SHOULD). The platform calls a path that ends
    // in such a one partial, so these two are forgiven here and the anchor is looked for by its bytes instead. Signatures
    // are verified all the same: a bad one is a status of its own, and tests forge them.
    private const X509ChainStatusFlags JudgedHere = X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot;

    /// <summary>Why there is no path, or null.</summary>
    public static string? Check(X509Certificate2 leaf, IEnumerable<X509Certificate2> intermediates, X509Bundle bundle, DateTimeOffset now)
    {
        try
        {
            using var chain = new X509Chain { ChainPolicy = Policy(now) };
            foreach (var authority in bundle.Authorities)
                chain.ChainPolicy.CustomTrustStore.Add(authority);
            foreach (var certificate in intermediates)
            {
                if (chain.ChainPolicy.ExtraStore.Count == X509SvidValidator.MaxIntermediates)
                    return "it came with too many certificates";
                chain.ChainPolicy.ExtraStore.Add(certificate);
            }
            try
            {
                return Check(chain, leaf, bundle);
            }
            finally
            {
                DerCertificates.Dispose(chain.ChainElements.Select(static e => e.Certificate));
            }
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return "its chain cannot be processed";
        }
    }

    public static X509ChainPolicy Policy(DateTimeOffset now) => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        DisableCertificateDownloads = true,
        RevocationMode = X509RevocationMode.NoCheck,
        VerificationTime = now.UtcDateTime,
        VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority,
    };

    private static string? Check(X509Chain chain, X509Certificate2 leaf, X509Bundle bundle)
    {
        // Banned elsewhere because it trusts the machine's store; this is the validator the ban points to, and the
        // policy above trusts the bundle only.
#pragma warning disable RS0030
        if (!chain.Build(leaf))
#pragma warning restore RS0030
            return Describe(chain.ChainStatus);
        for (var i = 0; i < chain.ChainElements.Count; i++)
        {
            var element = chain.ChainElements[i];
            var isAnchor = i > 0 && bundle.Contains(element.Certificate);
            if (CheckElement(element, isLeaf: i == 0, isAnchor) is { } error)
                return error;
            if (isAnchor)
                return null;
        }
        return "it was not issued by an authority of its trust domain's bundle";
    }

    private static string? CheckElement(X509ChainElement element, bool isLeaf, bool isAnchor)
    {
        foreach (var status in element.ChainElementStatus)
        {
            if ((status.Status & ~JudgedHere) != X509ChainStatusFlags.NoError)
                return Describe([status]);
        }
        if (isLeaf)
            return null;
        var profile = CertificateProfile.Read(element.Certificate, out var error);
        return profile is null ? "of a signing certificate of its chain: " + error : profile.CheckAuthority(isAnchor);
    }

    private static string Describe(X509ChainStatus[] statuses)
    {
        var flags = X509ChainStatusFlags.NoError;
        foreach (var status in statuses)
            flags |= status.Status & ~JudgedHere;
        return flags == X509ChainStatusFlags.NoError
            ? "it was not issued by an authority of its trust domain's bundle"
            : $"its chain does not verify ({flags})";
    }
}
