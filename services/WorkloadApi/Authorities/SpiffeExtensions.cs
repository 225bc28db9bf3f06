using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using AgentMesh.Spiffe;

namespace AgentMesh.WorkloadApi.Authorities;

/// <summary>The X.509 extensions that SVIDs and their authorities carry (X509-SVID §2, §4).</summary>
internal static class SpiffeExtensions
{
    private static readonly Asn1Tag UniformResourceIdentifier = new(TagClass.ContextSpecific, 6);

    public static X509Extension AuthorityUsage { get; } =
        new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true);

    public static X509Extension AuthorityConstraints { get; } =
        new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true);

    public static X509Extension LeafUsage { get; } = new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true);

    public static X509Extension LeafConstraints { get; } = X509BasicConstraintsExtension.CreateForEndEntity(critical: true);

    public static X509Extension LeafPurposes { get; } = new X509EnhancedKeyUsageExtension(
        [new("1.3.6.1.5.5.7.3.1", "serverAuth"), new("1.3.6.1.5.5.7.3.2", "clientAuth")], critical: false);

    /// <summary>A subject alternative name that holds one URI and nothing else. Written by hand: <see cref="Uri"/> gives a SPIFFE ID without a path one.</summary>
    public static X509Extension AlternativeName(SpiffeId id, bool critical)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
            writer.WriteCharacterString(UniversalTagNumber.IA5String, id.ToString(), UniformResourceIdentifier);
        return new X509Extension("2.5.29.17", writer.Encode(), critical);
    }
}
