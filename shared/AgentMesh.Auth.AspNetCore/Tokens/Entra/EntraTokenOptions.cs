namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// Which tokens of Microsoft Entra ID this agent accepts, besides those of the mesh. Bound from <c>Mesh:Server:Entra</c>; without the section it
/// accepts none. What a caller may do stays the manifest's decision: a role gives a scope only where the caller's edge has it too.
/// </summary>
public sealed class EntraTokenOptions
{
    /// <summary>The configuration section these settings are bound from.</summary>
    public const string Section = "Mesh:Server:Entra";

    /// <summary>The cloud's sign-in address, an https origin.</summary>
    public Uri Instance { get; set; } = new("https://login.microsoftonline.com/");

    /// <summary>
    /// The version of this agent's access tokens, 1 or 2: <c>requestedAccessTokenVersion</c> of its app registration (null there means 1). It decides what the
    /// issuer is called, and which claims name the audience and the client.
    /// </summary>
    public int TokenVersion { get; set; } = 2;

    /// <summary>The <c>aud</c> values that mean this agent: the application (client) ID for version 2, the Application ID URI for version 1.</summary>
    public IList<string> Audiences { get; } = [];

    /// <summary>The applications that may call, by the name that the party has in the manifest. Their tenants are the only ones accepted.</summary>
    public IDictionary<string, EntraCallerOptions> Callers { get; } = new Dictionary<string, EntraCallerOptions>(StringComparer.Ordinal);

    /// <summary>The app role that gives a scope, by scope. A scope that is not listed is given by the role of the same name.</summary>
    public IDictionary<string, string> Roles { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Longest life of a token, <c>exp</c> minus <c>iat</c> (5 min to 2 h). Entra's own default is 65 to 95 minutes, with <c>iat</c> five minutes back.</summary>
    public TimeSpan MaxTokenLifetime { get; set; } = TimeSpan.FromMinutes(95);
}

/// <summary>The application that a party of the mesh is in Microsoft Entra ID.</summary>
public sealed class EntraCallerOptions
{
    /// <summary>Directory (tenant) ID, a GUID. The same application can stand in several tenants, each of which can issue its tokens.</summary>
    public string? TenantId { get; set; }

    /// <summary>Application (client) ID, a GUID.</summary>
    public string? ClientId { get; set; }
}
