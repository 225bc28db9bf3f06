namespace AgentMesh.Spiffe;

/// <summary>Outcome of validating an X509-SVID: a SPIFFE ID, or why not.</summary>
/// <param name="Id">The verified identity; null when refused.</param>
/// <param name="Error">Why the SVID was refused, a clause without subject and full stop; null when accepted. Contains nothing the peer chose except a SPIFFE ID.</param>
public readonly record struct SvidValidation(SpiffeId? Id, string? Error)
{
    /// <summary>Whether there is a verified identity.</summary>
    public bool IsValid => Error is null && Id is not null;

    internal static SvidValidation Accepted(SpiffeId id) => new(id, null);

    internal static SvidValidation Refused(string error) => new(null, error);
}
