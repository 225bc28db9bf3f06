namespace AgentMesh.Auth.AspNetCore;

/// <summary>What a tenant is called in <c>iss</c>, and where it publishes its metadata (OpenID Connect Discovery §4).</summary>
/// <param name="Tenant">The tenant's GUID.</param>
/// <param name="Name">The issuer of this version's tokens.</param>
/// <param name="CurrentName">The issuer of version 2, in whose name the keys of both versions are published.</param>
/// <param name="Metadata">The address of the metadata.</param>
internal sealed record EntraIssuer(string Tenant, string Name, string CurrentName, Uri Metadata)
{
    public static EntraIssuer For(Uri instance, string tenant, int version)
    {
        var current = $"{instance.GetLeftPart(UriPartial.Authority)}/{tenant}/v2.0";
        return version == 2
            ? new(tenant, current, current, new Uri($"{current}/.well-known/openid-configuration"))
            // Tokens of version 1 are issued under another name than the one they are asked for at.
            : new(tenant, $"https://{V1Host(instance.Host)}/{tenant}/", current, new Uri(instance, $"/{tenant}/.well-known/openid-configuration"));
    }

    private static string V1Host(string host) => host.EndsWith(".cn", StringComparison.OrdinalIgnoreCase) ? "sts.chinacloudapi.cn" : "sts.windows.net";
}
