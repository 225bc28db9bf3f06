using System.Formats.Asn1;

namespace AgentMesh.Spiffe.Internal;

/// <summary>The URI names of a subject alternative name extension (RFC 5280 §4.2.1.6).</summary>
internal static class UriNames
{
    public const string SubjectAlternativeName = "2.5.29.17";

    private static readonly Asn1Tag Uri = new(TagClass.ContextSpecific, 6);

    /// <summary>The only URI, or null with the reason. More than one is refused whatever they say (X1).</summary>
    public static string? ReadSingle(ReadOnlyMemory<byte> extension, out string? error)
    {
        string? found = null;
        error = null;
        try
        {
            var reader = new AsnReader(extension, AsnEncodingRules.DER);
            var names = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            while (names.HasData)
            {
                if (!names.PeekTag().HasSameClassAndValue(Uri))
                {
                    names.ReadEncodedValue();
                    continue;
                }
                if (found is not null)
                {
                    error = "it has more than one URI SAN";
                    return null;
                }
                found = names.ReadCharacterString(UniversalTagNumber.IA5String, Uri);
            }
        }
        catch (AsnContentException)
        {
            error = "its subject alternative name cannot be read";
            return null;
        }
        error = found is null ? "it has no URI SAN" : null;
        return found;
    }
}
