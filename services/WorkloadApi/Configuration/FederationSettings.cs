using AgentMesh.Spiffe;

namespace AgentMesh.WorkloadApi.Configuration;

/// <summary>Another trust domain whose bundle is fetched and passed on. All of it is explicit (SPIFFE Federation §7.2).</summary>
/// <param name="TrustDomain">Whose bundle it is; the document itself does not say.</param>
/// <param name="Url">Its bundle endpoint.</param>
/// <param name="EndpointId">Profile <c>https_spiffe</c>: the SPIFFE ID of the endpoint's server. Null: <c>https_web</c>.</param>
/// <param name="BundleFile">What verifies the first connection to an endpoint that serves its own trust domain; may appear later.</param>
internal sealed record FederationSettings(TrustDomain TrustDomain, Uri Url, SpiffeId? EndpointId, string? BundleFile)
{
    private const string Section = "Mesh:WorkloadApi:Federation";

    public static IReadOnlyList<FederationSettings> Read(IConfiguration configuration, string ownTrustDomain)
    {
        var all = configuration.GetSection(Section).GetChildren().Select(c => ReadOne(configuration, c.Path + ":")).ToArray();
        foreach (var one in all)
        {
            if (one.TrustDomain.Name == ownTrustDomain)
                throw new SettingsException($"{Section}: {ownTrustDomain} is this server's own trust domain. Name another, or remove the entry.");
            if (all.Count(other => other.TrustDomain.Equals(one.TrustDomain)) > 1)
                throw new SettingsException($"{Section}: {one.TrustDomain} is there twice. A trust domain has one bundle endpoint.");
        }
        return all;
    }

    private static FederationSettings ReadOne(IConfiguration configuration, string prefix)
    {
        var name = configuration.Required(prefix + "TrustDomain", "the foreign trust domain's name");
        if (!TrustDomain.TryParse(name, out var trustDomain))
            throw new SettingsException($"{prefix}TrustDomain: '{name}' is not a trust domain's name.");
        var url = configuration.HttpsUrl(prefix + "Url");
        // No default: one profile is no substitute for the other (§7.1).
        configuration.Required(prefix + "Profile", "https_web or https_spiffe");
        if (configuration.OneOf(prefix + "Profile", "https_web", "https_spiffe") == "https_web")
            return new FederationSettings(trustDomain, url, null, null);

        var id = configuration.Required(prefix + "EndpointSpiffeId", "the SPIFFE ID of the endpoint's server");
        if (!SpiffeId.TryParse(id, out var endpointId))
            throw new SettingsException($"{prefix}EndpointSpiffeId: '{id}' is not a SPIFFE ID.");
        var file = endpointId.MemberOf(trustDomain)
            ? configuration.Required(prefix + "BundleFile", $"the path of a bundle document of {trustDomain}, which verifies the first connection")
            : null;
        return new FederationSettings(trustDomain, url, endpointId, file is null ? null : Path.GetFullPath(file));
    }
}
