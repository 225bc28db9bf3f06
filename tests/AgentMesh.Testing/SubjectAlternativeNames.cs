using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace AgentMesh.Testing;

/// <summary>Encodes names that the framework's builder would refuse.</summary>
internal static class SubjectAlternativeNames
{
    public static X509Extension Encode(IReadOnlyList<string> uris, IReadOnlyList<string> dnsNames, bool critical)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var name in dnsNames)
                writer.WriteCharacterString(UniversalTagNumber.IA5String, name, new Asn1Tag(TagClass.ContextSpecific, 2));
            foreach (var uri in uris)
                writer.WriteCharacterString(UniversalTagNumber.IA5String, uri, new Asn1Tag(TagClass.ContextSpecific, 6));
        }
        return new X509Extension("2.5.29.17", writer.Encode(), critical);
    }
}
