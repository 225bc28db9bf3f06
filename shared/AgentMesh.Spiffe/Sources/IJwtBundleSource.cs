namespace AgentMesh.Spiffe;

/// <summary>Always answers with the newest JWT bundle of a trust domain.</summary>
public interface IJwtBundleSource
{
    /// <summary>The trust domain's bundle, or null: then none of its JWT-SVIDs is trusted.</summary>
    JwtBundle? FindJwtBundle(TrustDomain trustDomain);
}
