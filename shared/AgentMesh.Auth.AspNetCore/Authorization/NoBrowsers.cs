using Microsoft.AspNetCore.Http;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>What <see cref="ProtectedResourceExtensions.RefuseBrowsers{TBuilder}"/> leaves on an endpoint.</summary>
internal sealed class NoBrowsers
{
    public static NoBrowsers Instance { get; } = new();

    /// <summary>A browser names the page that makes a request in Origin, and no page can leave it out; programs have none to name.</summary>
    /// <returns>A reason code, or null.</returns>
    public static string? Check(HttpContext context, EndpointMetadataCollection metadata) =>
        context.Request.Headers.Origin.Count > 0 && metadata.GetMetadata<NoBrowsers>() is not null ? DecisionReason.OriginRefused : null;
}
