using System.Security.Cryptography.X509Certificates;
using AgentMesh.Spiffe.Internal;

namespace AgentMesh.Spiffe;

/// <summary>The verified peer of a connection. A connection can outlive its peer's SVID: check <see cref="IsCurrent"/> on every request.</summary>
/// <param name="Id">The peer's identity.</param>
/// <param name="NotBefore">Start of its SVID's validity.</param>
/// <param name="NotAfter">End of its SVID's validity.</param>
/// <param name="Thumbprint">SHA-256 of its certificate, base64url (RFC 8705 §3.1): what a token bound to the peer says in <c>cnf.x5t#S256</c>.</param>
public sealed record SpiffePeer(SpiffeId Id, DateTimeOffset NotBefore, DateTimeOffset NotAfter, string Thumbprint)
{
    /// <summary>Reads the peer from the certificate of a connection whose handshake <see cref="SpiffeTls"/> verified.</summary>
    /// <returns>Null when the certificate is no X509-SVID; the chain is not checked here.</returns>
    public static SpiffePeer? FromVerified(X509Certificate2 certificate)
    {
        var profile = X509SvidValidator.ReadId(certificate);
        return profile.IsValid ? Create(profile.Id!, certificate) : null;
    }

    /// <summary>Whether the SVID is within its validity.</summary>
    public bool IsCurrent(DateTimeOffset now) => now >= NotBefore && now <= NotAfter;

    internal static SpiffePeer Create(SpiffeId id, X509Certificate2 certificate) =>
        new(id, certificate.NotBeforeUtc(), certificate.NotAfterUtc(), certificate.Sha256Thumbprint());
}
