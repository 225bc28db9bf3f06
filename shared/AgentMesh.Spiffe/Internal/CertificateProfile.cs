using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AgentMesh.Spiffe.Internal;

/// <summary>What a certificate's extensions say, as far as the X509-SVID profile is concerned.</summary>
internal sealed class CertificateProfile
{
    private const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuth = "1.3.6.1.5.5.7.3.2";
    private const int MaxDistinctExtensions = 64;

    private X509BasicConstraintsExtension? _basicConstraints;
    private X509KeyUsageExtension? _keyUsage;
    private X509EnhancedKeyUsageExtension? _extendedKeyUsage;
    private X509Extension? _names;

    private CertificateProfile()
    {
    }

    public bool IsCertificateAuthority => _basicConstraints is { CertificateAuthority: true };
    private X509KeyUsageFlags KeyUsages => _keyUsage?.KeyUsages ?? X509KeyUsageFlags.None;

    /// <summary>Reads the extensions; null with an error when they cannot be read or one comes twice (RFC 5280 §4.2).</summary>
    public static CertificateProfile? Read(X509Certificate2 certificate, out string? error)
    {
        var profile = new CertificateProfile();
        error = null;
        try
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var extension in certificate.Extensions)
            {
                if (seen.Count == MaxDistinctExtensions)
                    error = "it has too many extensions";
                else if (!seen.Add(extension.Oid?.Value ?? ""))
                    error = "an extension is there twice";
                if (error is not null)
                    return null;
                profile.Add(extension);
            }
            return profile;
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException or ArgumentException)
        {
            error = "an extension cannot be read";
            return null;
        }
    }

    private void Add(X509Extension extension)
    {
        switch (extension)
        {
            // Reading a property decodes it, so that a malformed extension fails here and not later.
            case X509BasicConstraintsExtension basic:
                _ = basic.CertificateAuthority;
                _basicConstraints = basic;
                break;
            case X509KeyUsageExtension usage:
                _ = usage.KeyUsages;
                _keyUsage = usage;
                break;
            case X509EnhancedKeyUsageExtension extended:
                _ = extended.EnhancedKeyUsages;
                _extendedKeyUsage = extended;
                break;
            case { Oid.Value: UriNames.SubjectAlternativeName }:
                _names = extension;
                break;
        }
    }

    /// <summary>X1, X2: the SPIFFE ID of a leaf, or why it is not one.</summary>
    public SvidValidation CheckLeaf(X509Certificate2 certificate)
    {
        if (IsCertificateAuthority)
            return SvidValidation.Refused("it is a signing certificate (cA is true), which must not be used to authenticate");
        if (_keyUsage is null)
            return SvidValidation.Refused("it has no key usage");
        if (KeyUsages.HasFlag(X509KeyUsageFlags.KeyCertSign) || KeyUsages.HasFlag(X509KeyUsageFlags.CrlSign))
            return SvidValidation.Refused("its key usage allows keyCertSign or cRLSign");
        if (!KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature))
            return SvidValidation.Refused("its key usage lacks digitalSignature");
        if (_extendedKeyUsage is not null && !(Allows(ServerAuth) && Allows(ClientAuth)))
            return SvidValidation.Refused("its extended key usage lacks serverAuth or clientAuth");
        if (_names is null)
            return SvidValidation.Refused("it has no URI SAN");
        if (!_names.Critical && certificate.SubjectName.RawData is [0x30, 0x00])
            return SvidValidation.Refused("its SAN is not critical although its subject is empty");
        return CheckLeafId(UriNames.ReadSingle(_names.RawData, out var error), error);
    }

    private static SvidValidation CheckLeafId(string? uri, string? error)
    {
        if (uri is null)
            return SvidValidation.Refused(error!);
        if (SpiffeIdGrammar.Check(uri, out _) is { } broken)
            return SvidValidation.Refused("its URI SAN is not a SPIFFE ID: " + broken);
        var id = SpiffeId.Parse(uri);
        return id.Path.Length == 0 ? SvidValidation.Refused("its SPIFFE ID has no path") : SvidValidation.Accepted(id);
    }

    /// <summary>X4: why the certificate may not sign others, or null.</summary>
    /// <remarks>An authority of the bundle may lack key usage, as roots made with common tools do; an intermediate may not.</remarks>
    public string? CheckAuthority(bool fromBundle)
    {
        if (!IsCertificateAuthority)
            return "a certificate of its chain is no signing certificate (cA is false)";
        if (_keyUsage is null ? !fromBundle : !KeyUsages.HasFlag(X509KeyUsageFlags.KeyCertSign))
            return "a signing certificate of its chain lacks keyCertSign";
        if (fromBundle || _names is null)
            return null;
        // The standard's own example gives a signing certificate's ID a trailing slash.
        var uri = UriNames.ReadSingle(_names.RawData, out _);
        return uri is null || !uri.StartsWith(SpiffeIdGrammar.Scheme, StringComparison.Ordinal) || SpiffeIdGrammar.CheckTrustDomain(
            uri.AsSpan(SpiffeIdGrammar.Scheme.Length).TrimEnd('/')) is null
            ? null : "a signing certificate of its chain has a SPIFFE ID with a path";
    }

    private bool Allows(string purpose)
    {
        foreach (var allowed in _extendedKeyUsage!.EnhancedKeyUsages)
        {
            if (allowed.Value == purpose)
                return true;
        }
        return false;
    }
}
