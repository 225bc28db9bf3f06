using AgentMesh.Manifest;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>Says at start-up which setting is wrong and what to write instead.</summary>
internal static class EntraTokenOptionsValidator
{
    private const string Section = EntraTokenOptions.Section;
    private static readonly TimeSpan ShortestLifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromHours(2);

    /// <exception cref="OptionsValidationException">One or more settings are wrong; all are named.</exception>
    public static void Check(EntraTokenOptions options, MeshIdentity identity)
    {
        List<string> failures = [];
        if (identity.Party.Authentication != EdgeAuthentication.OAuth)
            failures.Add($"{Section} is set, but {identity.Party.Name} is called with mTLS alone (\"auth\": \"mtls\") and takes no token. Remove the section.");
        if (options.Instance is not { IsAbsoluteUri: true, PathAndQuery: "/", Fragment: "", UserInfo: "" } || options.Instance.Scheme != Uri.UriSchemeHttps)
            failures.Add($"{Names("Instance")} must be an https:// origin without a path, such as https://login.microsoftonline.com/.");
        if (options.TokenVersion is not (1 or 2))
            failures.Add($"{Names("TokenVersion")} must be 1 or 2, as requestedAccessTokenVersion of this agent's app registration.");
        if (options.Audiences.Count == 0 || options.Audiences.Any(string.IsNullOrWhiteSpace))
        {
            var what = options.TokenVersion == 1 ? "Application ID URI of this agent's app registration, such as api://…" : "application (client) ID of this agent's app registration, a GUID";
            failures.Add($"{Names("Audiences:0")} is not set. Set it to the {what}.");
        }
        if (options.MaxTokenLifetime < ShortestLifetime || options.MaxTokenLifetime > LongestLifetime)
            failures.Add($"{Names("MaxTokenLifetime")} must be from 00:05:00 to 02:00:00.");
        CheckCallers(options, identity, failures);
        CheckRoles(options, identity, failures);
        if (failures.Count > 0)
            throw new OptionsValidationException(nameof(EntraTokenOptions), typeof(EntraTokenOptions), failures);
    }

    private static void CheckCallers(EntraTokenOptions options, MeshIdentity identity, List<string> failures)
    {
        var (file, me) = (identity.Manifest.Path ?? "the manifest", identity.Party.Name);
        if (options.Callers.Count == 0)
            failures.Add($"{Names("Callers:{name}:ClientId")} is not set for any caller, so nobody could call with a token of Microsoft Entra ID. Name the callers, or remove the section.");
        foreach (var (name, caller) in options.Callers)
        {
            if (!identity.Manifest.TryGetEdge(name, me, out var edge))
                failures.Add($"{Names($"Callers:{name}")}: {file} has no edge from {name} to {me}. Add it, or remove the setting.");
            else if (edge.HasWhen)
                failures.Add($"{Names($"Callers:{name}")}: {edge.Position}: the edge {edge} has \"when\", and a token of Microsoft Entra ID does not say which request is being served. Remove one of the two.");
            if (!IsGuid(caller.TenantId))
                failures.Add($"{Names($"Callers:{name}:TenantId")} must be the directory (tenant) ID, a GUID in small letters.");
            if (!IsGuid(caller.ClientId))
                failures.Add($"{Names($"Callers:{name}:ClientId")} must be the application (client) ID of {name}'s app registration, a GUID in small letters.");
        }
        foreach (var twice in options.Callers.GroupBy(static c => (c.Value.TenantId, c.Value.ClientId)).Where(static g => g.Count() > 1))
            failures.Add($"{Names("Callers")}: {string.Join(" and ", twice.Select(static c => c.Key))} are the same application. Give each party an application of its own.");
    }

    private static void CheckRoles(EntraTokenOptions options, MeshIdentity identity, List<string> failures)
    {
        var known = identity.Manifest.ScopesOf(identity.Party.Name);
        foreach (var (scope, role) in options.Roles)
        {
            if (!known.Contains(scope))
                failures.Add($"{Names($"Roles:{scope}")}: no edge to {identity.Party.Name} has the scope {scope}. Correct the name, or remove the setting.");
            if (string.IsNullOrWhiteSpace(role))
                failures.Add($"{Names($"Roles:{scope}")} is empty. Set it to the value of the app role.");
        }
    }

    private static bool IsGuid(string? value) => Guid.TryParseExact(value, "D", out var guid) && guid != Guid.Empty && value == guid.ToString("D");

    private static string Names(string setting) => $"{Section}:{setting} (environment: {$"{Section}:{setting}".Replace(":", "__", StringComparison.Ordinal)})";
}
