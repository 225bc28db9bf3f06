using AgentMesh.Auth;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace AgentMesh.Entra;

/// <summary>The callees that are called with Entra's tokens, checked against the manifest: Entra can carry only part of what an edge can say.</summary>
internal sealed class EntraCallees
{
    private const string Callees = "Mesh:Callees";
    private readonly Dictionary<string, EntraCallee> _callees = new(StringComparer.Ordinal);

    /// <exception cref="OptionsValidationException">A setting is missing or wrong, or an edge needs what Entra does not have. All faults at once.</exception>
    public EntraCallees(IConfiguration configuration, IOptions<EntraOptions> options, MeshIdentity identity)
    {
        List<string> failures = [];
        foreach (var section in configuration.GetSection(Callees).GetChildren())
        {
            if (section["TokenSource"] == EntraTokenSource.Key)
                Add(section, options.Value, identity, failures);
        }
        if (failures.Count > 0)
            throw new OptionsValidationException(nameof(EntraOptions), typeof(EntraOptions), failures);
    }

    public IEnumerable<EntraCallee> All => _callees.Values;

    public EntraCallee? Find(string name) => _callees.GetValueOrDefault(name);

    private void Add(IConfigurationSection callee, EntraOptions shared, MeshIdentity identity, List<string> failures)
    {
        var before = failures.Count;
        var own = callee.GetSection("Entra");
        foreach (var unknown in own.GetChildren().Where(static c => c.Key is not (nameof(EntraOptions.Instance) or nameof(EntraOptions.TenantId) or nameof(EntraOptions.ClientId) or "AppIdUri")))
            failures.Add($"{unknown.Path} is no setting. There are Instance, TenantId, ClientId and AppIdUri.");

        var tenant = Guid(own, nameof(EntraOptions.TenantId), shared.TenantId, "the directory (tenant) ID", failures);
        var client = Guid(own, nameof(EntraOptions.ClientId), shared.ClientId, "the application (client) ID of this agent's app registration", failures);
        var appIdUri = own["AppIdUri"];
        if (!IsAppIdUri(appIdUri))
        {
            failures.Add($"{Names(own.Path + ":AppIdUri")} {(string.IsNullOrWhiteSpace(appIdUri) ? "is not set" : $"is \"{appIdUri}\"")}. "
                + $"Set it to the Application ID URI of {callee.Key}'s app registration, such as api://00000000-0000-0000-0000-000000000000, without /.default.");
        }
        var instance = own["Instance"] is { } text ? (Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : null) : shared.Instance;
        if (!IsOrigin(instance))
            failures.Add($"{Names(own["Instance"] is null ? $"{EntraOptions.Section}:Instance" : own.Path + ":Instance")} must be an https:// origin without a path, such as https://login.microsoftonline.com/.");
        CheckEdge(callee.Key, identity, failures);
        if (failures.Count == before)
            _callees[callee.Key] = new EntraCallee(callee.Key, instance!, tenant!, client!, appIdUri!);
    }

    // What cannot be carried must not be configured: a token that says nothing of the request being served would justify every call.
    private static void CheckEdge(string callee, MeshIdentity identity, List<string> failures)
    {
        var file = identity.Manifest.Path ?? "the manifest";
        if (!identity.Manifest.TryGetEdge(identity.Party.Name, callee, out var edge))
        {
            failures.Add($"{Callees}:{callee}:TokenSource is \"{EntraTokenSource.Key}\", but {file} has no edge from {identity.Party.Name} to {callee}. Remove the setting, or add the edge.");
            return;
        }
        if (edge.HasWhen)
        {
            failures.Add($"{Callees}:{callee}:TokenSource is \"{EntraTokenSource.Key}\", but {edge.Position}: the edge {edge} has \"when\", and Entra's tokens do not say which request is being served. "
                + "Set TokenSource to \"mesh\", or remove \"when\".");
        }
        foreach (var scope in edge.Scopes.Where(s => identity.Manifest.Scopes[s].NeedsApproval))
        {
            failures.Add($"{Callees}:{callee}:TokenSource is \"{EntraTokenSource.Key}\", but {edge.Position}: the edge {edge} has {scope}, which needs a person's approval, and Entra's tokens carry none. "
                + "Set TokenSource to \"mesh\", or take the scope off the edge.");
        }
    }

    private static string? Guid(IConfigurationSection own, string name, string? shared, string what, List<string> failures)
    {
        var value = own[name] ?? shared;
        if (System.Guid.TryParseExact(value, "D", out var guid) && guid != System.Guid.Empty)
            return guid.ToString("D");
        failures.Add($"{Names($"{EntraOptions.Section}:{name}")}, or {own.Path}:{name} for this callee alone, {(string.IsNullOrWhiteSpace(value) ? "is not set" : $"is \"{value}\"")}. Set it to {what}, a GUID.");
        return null;
    }

    private static bool IsAppIdUri(string? value) => value is not null && !value.EndsWith("/.default", StringComparison.OrdinalIgnoreCase)
        && Uri.TryCreate(value, UriKind.Absolute, out var uri) && (uri.Scheme is "api" or "https") && uri.Query.Length == 0 && uri.Fragment.Length == 0;

    private static bool IsOrigin(Uri? value) => value is { IsAbsoluteUri: true, PathAndQuery: "/", Fragment: "", UserInfo: "" } && value.Scheme == Uri.UriSchemeHttps;

    private static string Names(string setting) => $"{setting} (environment: {setting.Replace(":", "__", StringComparison.Ordinal)})";
}
