namespace AgentMesh.Entra;

/// <summary>How one callee's tokens are asked for: as which application, in which tenant, for which resource.</summary>
internal sealed record EntraCallee(string Name, Uri Instance, string TenantId, string ClientId, string AppIdUri)
{
    /// <summary>Client credentials ask for all application permissions of one resource (Microsoft identity platform, client credentials flow).</summary>
    public string Scope { get; } = AppIdUri.TrimEnd('/') + "/.default";

    /// <summary>The tenant's authority.</summary>
    public string Authority { get; } = $"{Instance.GetLeftPart(UriPartial.Authority)}/{TenantId}";
}
