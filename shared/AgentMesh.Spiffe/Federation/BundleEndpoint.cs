namespace AgentMesh.Spiffe;

/// <summary>Where another trust domain's bundle comes from (SPIFFE Federation §5.1): trust domain, address and profile, all explicit.</summary>
public sealed class BundleEndpoint
{
    private BundleEndpoint(TrustDomain trustDomain, Uri address, BundleEndpointProfile profile)
    {
        ArgumentNullException.ThrowIfNull(trustDomain);
        ArgumentNullException.ThrowIfNull(address);
        if (Check(address) is { } error)
            throw new ArgumentException($"The bundle endpoint of {trustDomain} is refused: {error}.", nameof(address));
        TrustDomain = trustDomain;
        Address = address;
        Profile = profile;
    }

    /// <summary>Whose bundle is served there; never inferred from the address.</summary>
    public TrustDomain TrustDomain { get; }

    /// <summary>The <c>https</c> address.</summary>
    public Uri Address { get; }

    /// <summary>How the endpoint is authenticated.</summary>
    public BundleEndpointProfile Profile { get; }

    /// <summary>The identity of the endpoint's server; only with <see cref="BundleEndpointProfile.HttpsSpiffe"/>.</summary>
    public SpiffeId? ServerId { get; private init; }

    /// <summary>What verifies the server before anything was fetched, when it serves its own trust domain's bundle.</summary>
    public SpiffeBundle? FirstBundle { get; private init; }

    /// <summary>An endpoint with profile <c>https_web</c>.</summary>
    /// <exception cref="ArgumentException">The address is not <c>https</c> or has user information.</exception>
    public static BundleEndpoint Web(TrustDomain trustDomain, Uri address) => new(trustDomain, address, BundleEndpointProfile.HttpsWeb);

    /// <summary>An endpoint with profile <c>https_spiffe</c>.</summary>
    /// <param name="trustDomain">Whose bundle is served there.</param>
    /// <param name="address">The <c>https</c> address.</param>
    /// <param name="serverId">The identity of the endpoint's server, of this trust domain or of another that is verified otherwise.</param>
    /// <param name="firstBundle">Needed when <paramref name="serverId"/> belongs to <paramref name="trustDomain"/>: verifies the first connection; what is fetched verifies the next ones.</param>
    /// <exception cref="ArgumentException">The address is not <c>https</c> or has user information; the first bundle is missing or another trust domain's.</exception>
    public static BundleEndpoint Spiffe(TrustDomain trustDomain, Uri address, SpiffeId serverId, SpiffeBundle? firstBundle = null)
    {
        ArgumentNullException.ThrowIfNull(serverId);
        var servesItself = serverId.MemberOf(trustDomain);
        if (servesItself && firstBundle is null)
            throw new ArgumentException($"{serverId} serves the bundle of its own trust domain: a first bundle must verify the first connection.", nameof(firstBundle));
        if (firstBundle is not null && (!servesItself || firstBundle.TrustDomain != trustDomain))
            throw new ArgumentException("The first bundle is for an endpoint that serves its own trust domain, and is that trust domain's.", nameof(firstBundle));
        return new(trustDomain, address, BundleEndpointProfile.HttpsSpiffe) { ServerId = serverId, FirstBundle = firstBundle };
    }

    /// <summary>Why this is no address of a bundle endpoint, or null; also for where a redirect leads (§5.2.1.1, §5.2.2.1).</summary>
    internal static string? Check(Uri address) =>
        !address.IsAbsoluteUri || address.Scheme != Uri.UriSchemeHttps ? "its address is not https"
        : address.UserInfo.Length > 0 ? "its address has user information" : null;
}
