using AgentMesh.Auth.AspNetCore.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>Makes an endpoint a protected resource that clients know by its URL, beside the agent itself, which they know by its SPIFFE ID.</summary>
public static class ProtectedResourceExtensions
{
    /// <summary>
    /// Serves the endpoint's own metadata (RFC 9728 §2) at the path that its URL leads to (§3.1), open to every peer of the mesh, and names it in the
    /// challenge to whoever is refused at the endpoint (§5.1). What is checked at the endpoint stays as it is: tokens are still the agent's.
    /// </summary>
    /// <typeparam name="TBuilder">The endpoint's or group's builder.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="app">The application, after <c>UseAgentServer</c>.</param>
    /// <param name="resource">The endpoint's https URL as its clients use it.</param>
    /// <param name="scopes">What it can be used with, one or another (<c>scopes_supported</c>).</param>
    /// <returns>The same builder.</returns>
    public static TBuilder WithProtectedResource<TBuilder>(this TBuilder builder, WebApplication app, Uri resource, params string[] scopes) where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(resource);
        var described = ProtectedResource.Of(resource);
        var metadata = ProtectedResourceMetadata.Of(app.Services) with { Resource = resource.AbsoluteUri, Scopes = [.. scopes.Order(StringComparer.Ordinal)] };
        app.MapGet(described.Metadata.AbsolutePath, () => TypedResults.Json(metadata, MetadataJson.Default.ProtectedResourceMetadata)).AllowAnonymous();
        builder.Add(endpoint => endpoint.Metadata.Add(described));
        return builder;
    }

    /// <summary>
    /// Refuses requests that name an <c>Origin</c>: those that a web page made through the browser of somebody whom the mesh knows, also by way of a
    /// name that was rebound to this address.
    /// </summary>
    /// <typeparam name="TBuilder">The endpoint's or group's builder.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder RefuseBrowsers<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Add(endpoint => endpoint.Metadata.Add(NoBrowsers.Instance));
        return builder;
    }
}
