using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AgentMesh.Auth;
using AgentMesh.Spiffe;

namespace AgentMesh.AuthServer.ClientAuthentication;

/// <summary>The X509-SVID that the peer proved in the handshake, validated against its trust domain's bundle.</summary>
internal sealed class PeerSvid(SpiffeId id, X509Certificate2 certificate, X509Bundle bundle)
{
    public SpiffeId Id => id;

    public DateTimeOffset NotAfter { get; } = certificate.NotAfter;

    /// <summary>For audit events.</summary>
    public string Posture { get; } = AuditFacts.PostureOf(id, certificate.NotAfter);

    /// <summary>RFC 8705 §3.1 <c>x5t#S256</c>.</summary>
    public string Thumbprint { get; } = Base64Url.EncodeToString(SHA256.HashData(certificate.RawDataMemory.Span));

    /// <summary>What it was validated with. A new bundle means validating anew.</summary>
    public X509Bundle Bundle => bundle;
}
