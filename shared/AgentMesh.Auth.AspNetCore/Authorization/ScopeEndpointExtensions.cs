using Microsoft.AspNetCore.Builder;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>Declares what a caller must have been granted.</summary>
public static class ScopeEndpointExtensions
{
    /// <summary>
    /// Lets only callers in that were granted all of the scopes (RFC 6750 §3.1). On a group it adds to what the endpoint itself requires. An endpoint
    /// without it is refused to everybody.
    /// </summary>
    /// <typeparam name="TBuilder">The endpoint's or group's builder.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="scopes">At least one scope.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">No scope is named.</exception>
    /// <exception cref="FormatException">A scope has a character that RFC 6749 §3.3 forbids.</exception>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, params string[] scopes) where TBuilder : IEndpointConventionBuilder
        => builder.Require(scopes, any: false);

    /// <summary>
    /// Lets only callers in that were granted one of the scopes at least, for an endpoint that serves several operations and looks at the scope of
    /// each itself.
    /// </summary>
    /// <inheritdoc cref="RequireScope{TBuilder}"/>
    public static TBuilder RequireAnyScope<TBuilder>(this TBuilder builder, params string[] scopes) where TBuilder : IEndpointConventionBuilder
        => builder.Require(scopes, any: true);

    private static TBuilder Require<TBuilder>(this TBuilder builder, string[] scopes, bool any) where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        var wanted = ScopeSet.Of(scopes);
        if (wanted.Count == 0)
            throw new ArgumentException("Name at least one scope.", nameof(scopes));
        var required = new RequiredScopes(wanted, any);
        builder.Add(endpoint => endpoint.Metadata.Add(required));
        return builder;
    }
}
