namespace AgentMesh.Spiffe;

/// <summary>Where the Workload API is and how to use it.</summary>
public sealed class WorkloadApiClientOptions
{
    /// <summary>The environment variable with the socket when <see cref="EndpointSocket"/> is not set (Workload Endpoint §4).</summary>
    public const string EndpointSocketVariable = "SPIFFE_ENDPOINT_SOCKET";

    /// <summary><c>unix:///absolute/path</c> or <c>tcp://IP:port</c>. Default: the variable <c>SPIFFE_ENDPOINT_SOCKET</c>.</summary>
    public string? EndpointSocket { get; set; }

    /// <summary>Which identity to use when the workload has several; null for the first that <see cref="Hint"/> fits.</summary>
    /// <remarks>Set one of the two where several identities are possible: adding a registration can change which comes first.</remarks>
    public SpiffeId? Identity { get; set; }

    /// <summary>Use the identity with this hint; null for the default identity, which is the first.</summary>
    public string? Hint { get; set; }

    /// <summary>How long <see cref="SpiffeSource.WaitUntilReadyAsync"/> and a JWT-SVID wait at most. Default 30 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The first pause after a failure; each further one doubles, with jitter. Default 0.5 s.</summary>
    public TimeSpan FirstBackoff { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The longest pause. Default 30 s.</summary>
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromSeconds(30);

    internal string? EffectiveSocket => EndpointSocket ?? Environment.GetEnvironmentVariable(EndpointSocketVariable);

    internal WorkloadApiClientOptions Validated()
    {
        if (Timeout <= TimeSpan.Zero && Timeout != System.Threading.Timeout.InfiniteTimeSpan)
            throw new InvalidOperationException($"{nameof(WorkloadApiClientOptions)}.{nameof(Timeout)} must be positive.");
        if (FirstBackoff <= TimeSpan.Zero || MaxBackoff < FirstBackoff)
            throw new InvalidOperationException($"{nameof(WorkloadApiClientOptions)}.{nameof(FirstBackoff)} must be positive and at most {nameof(MaxBackoff)}.");
        return this;
    }
}
