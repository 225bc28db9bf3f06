using System.Text.Json.Serialization;

namespace AgentMesh.Deployment.Spire;

/// <summary>A SPIRE registration entry, in the shape that <c>spire-server entry create -data FILE</c> reads.</summary>
/// <param name="SpiffeId">SPIFFE ID that the workload gets.</param>
/// <param name="ParentId">SPIFFE ID of the SPIRE agent (node) that may hand it out.</param>
/// <param name="Selectors">All of these must hold for a process to get the identity.</param>
/// <param name="X509SvidTtl">Lifetime of X509-SVIDs in seconds, at most 3600.</param>
/// <param name="JwtSvidTtl">Lifetime of JWT-SVIDs in seconds, at most 3600.</param>
public sealed record RegistrationEntry(
    [property: JsonPropertyName("spiffe_id")] string SpiffeId,
    [property: JsonPropertyName("parent_id")] string ParentId,
    [property: JsonPropertyName("selectors")] IReadOnlyList<Selector> Selectors,
    [property: JsonPropertyName("x509_svid_ttl")] int X509SvidTtl,
    [property: JsonPropertyName("jwt_svid_ttl")] int JwtSvidTtl);

/// <summary>A SPIRE selector: which attestor says it, and what it says.</summary>
/// <param name="Type">The attestor's name, <c>unix</c>, <c>docker</c> or <c>k8s</c>.</param>
/// <param name="Value">What must hold, <c>uid:1000</c> or <c>path:/usr/bin/app</c>.</param>
public sealed record Selector(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("value")] string Value)
{
    /// <summary>Parses <c>unix:uid:1000</c> into its type and value.</summary>
    /// <exception cref="FormatException">There is no <c>:</c> with text on both sides.</exception>
    public static Selector Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && colon < text.Length - 1
            ? new Selector(text[..colon], text[(colon + 1)..])
            : throw new FormatException($"'{text}' is not a selector: write type:value, for example unix:uid:1000.");
    }
}
