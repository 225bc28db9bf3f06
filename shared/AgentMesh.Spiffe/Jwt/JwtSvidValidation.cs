namespace AgentMesh.Spiffe;

/// <summary>Outcome of validating a JWT-SVID: the SVID, or why not.</summary>
/// <param name="Svid">The verified SVID; null when refused.</param>
/// <param name="Error">Why it was refused, a clause without subject and full stop; null when accepted. Never contains the token.</param>
public readonly record struct JwtSvidValidation(JwtSvid? Svid, string? Error)
{
    /// <summary>Whether there is a verified SVID.</summary>
    public bool IsValid => Error is null && Svid is not null;

    internal static JwtSvidValidation Refused(string error) => new(null, error);
}
