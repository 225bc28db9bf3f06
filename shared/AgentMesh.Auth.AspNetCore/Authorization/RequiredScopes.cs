using Microsoft.AspNetCore.Http;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>What <see cref="ScopeEndpointExtensions"/> leaves on an endpoint; a group and its endpoint each leave their own.</summary>
internal sealed class RequiredScopes(ScopeSet scopes, bool any = false)
{
    /// <summary>Check 6: every scope that the endpoint and its groups declare was granted.</summary>
    /// <returns>A reason code, or null.</returns>
    public static string? Check(EndpointMetadataCollection metadata, ScopeSet granted)
    {
        var declared = metadata.GetOrderedMetadata<RequiredScopes>();
        if (declared.Count == 0)
            return DecisionReason.ScopeUndeclared;
        for (var i = 0; i < declared.Count; i++)
        {
            if (!declared[i].AreGranted(granted))
                return DecisionReason.InsufficientScope;
        }
        return null;
    }

    /// <summary>Whether nobody may use the endpoint without this scope.</summary>
    public static bool Take(EndpointMetadataCollection? metadata, string scope)
    {
        var declared = metadata?.GetOrderedMetadata<RequiredScopes>() ?? [];
        for (var i = 0; i < declared.Count; i++)
        {
            if (!declared[i].IsAny && declared[i].Scopes.Contains(scope))
                return true;
        }
        return false;
    }

    /// <summary>All scopes that an endpoint declares, for the answer to a refused caller.</summary>
    public static string? Describe(EndpointMetadataCollection? metadata)
    {
        var declared = metadata?.GetOrderedMetadata<RequiredScopes>() ?? [];
        return declared.Count == 0 ? null : ScopeSet.Of(declared.SelectMany(static d => d.Scopes.Values)).ToString();
    }

    public ScopeSet Scopes => scopes;

    private bool IsAny => any;

    private bool AreGranted(ScopeSet granted) => any ? scopes.Values.Any(granted.Contains) : granted.ContainsAll(scopes);
}
