namespace AgentMesh.Auth;

/// <summary>How long tokens are kept and when they are renewed. Bound from <c>Mesh:TokenCache</c>.</summary>
public sealed class TokenCacheOptions
{
    /// <summary>Most tokens held at once (1 to 1,000,000). The least recently used go first.</summary>
    public int Capacity { get; set; } = 10_000;

    /// <summary>A token is not used in the last moments of its life, so that it does not end on the way (0 to 60 s).</summary>
    public TimeSpan ExpiryMargin { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Share of a token's life after which a call renews it in the background (0.1 to 0.95).</summary>
    public double RenewAfter { get; set; } = 0.7;

    /// <summary>Share of a token's life over which renewals are spread at random, so that agents started together do not renew together (0 to 0.5).</summary>
    public double RenewJitter { get; set; } = 0.15;

    /// <summary>For how long a failure answers further calls before the next attempt (0 to 10 s).</summary>
    public TimeSpan FailureBackoff { get; set; } = TimeSpan.FromSeconds(1);
}
