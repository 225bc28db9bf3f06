using System.Text.Json.Serialization;

namespace AgentMesh.A2A;

/// <summary>OAuth 2.0 (A2A §4.5.4).</summary>
public sealed record OAuth2SecurityScheme
{
    /// <summary>A description for people.</summary>
    public string? Description { get; init; }

    /// <summary>How to get a token. Required.</summary>
    public OAuthFlows Flows { get; init => field = value ?? new(); } = new();

    /// <summary>The authorization server's metadata (RFC 8414).</summary>
    public string? Oauth2MetadataUrl { get; init; }
}

/// <summary>A way to get a token (A2A §4.5.7): exactly one member is set. The flows that OAuth 2.1 dropped are not offered.</summary>
public sealed record OAuthFlows
{
    /// <summary>Through a person's browser.</summary>
    public AuthorizationCodeOAuthFlow? AuthorizationCode { get; init; }

    /// <summary>As oneself.</summary>
    public ClientCredentialsOAuthFlow? ClientCredentials { get; init; }

    /// <summary>Through a person's other device.</summary>
    public DeviceCodeOAuthFlow? DeviceCode { get; init; }
}

/// <summary>The authorization code flow (A2A §4.5.8).</summary>
public sealed record AuthorizationCodeOAuthFlow
{
    /// <summary>Where the person goes. Required.</summary>
    public string AuthorizationUrl { get; init => field = value ?? ""; } = "";

    /// <summary>The token endpoint. Required.</summary>
    public string TokenUrl { get; init => field = value ?? ""; } = "";

    /// <summary>Where tokens are refreshed.</summary>
    public string? RefreshUrl { get; init; }

    /// <summary>What can be asked for, with a description each. Required.</summary>
    public IReadOnlyDictionary<string, string> Scopes { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>Whether PKCE is required.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool PkceRequired { get; init; }
}

/// <summary>The client credentials flow (A2A §4.5.9).</summary>
public sealed record ClientCredentialsOAuthFlow
{
    /// <summary>The token endpoint. Required.</summary>
    public string TokenUrl { get; init => field = value ?? ""; } = "";

    /// <summary>Where tokens are refreshed.</summary>
    public string? RefreshUrl { get; init; }

    /// <summary>What can be asked for, with a description each. Required.</summary>
    public IReadOnlyDictionary<string, string> Scopes { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();
}

/// <summary>The device flow (A2A §4.5.10).</summary>
public sealed record DeviceCodeOAuthFlow
{
    /// <summary>Where the device asks. Required.</summary>
    public string DeviceAuthorizationUrl { get; init => field = value ?? ""; } = "";

    /// <summary>The token endpoint. Required.</summary>
    public string TokenUrl { get; init => field = value ?? ""; } = "";

    /// <summary>Where tokens are refreshed.</summary>
    public string? RefreshUrl { get; init; }

    /// <summary>What can be asked for, with a description each. Required.</summary>
    public IReadOnlyDictionary<string, string> Scopes { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();
}
