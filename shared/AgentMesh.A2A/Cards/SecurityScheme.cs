namespace AgentMesh.A2A;

/// <summary>A way to authenticate (A2A §4.5.1): exactly one member is set.</summary>
public sealed record SecurityScheme
{
    /// <summary>A key in a header, query or cookie.</summary>
    public ApiKeySecurityScheme? ApiKeySecurityScheme { get; init; }

    /// <summary>An HTTP authentication scheme.</summary>
    public HttpAuthSecurityScheme? HttpAuthSecurityScheme { get; init; }

    /// <summary>OAuth 2.0.</summary>
    public OAuth2SecurityScheme? Oauth2SecurityScheme { get; init; }

    /// <summary>OpenID Connect.</summary>
    public OpenIdConnectSecurityScheme? OpenIdConnectSecurityScheme { get; init; }

    /// <summary>Mutual TLS.</summary>
    public MutualTlsSecurityScheme? MtlsSecurityScheme { get; init; }
}

/// <summary>Schemes that are needed together, each with the scopes it needs (A2A §4.5).</summary>
public sealed record SecurityRequirement
{
    /// <summary>Scopes by the scheme's name in the card.</summary>
    public IReadOnlyDictionary<string, StringList>? Schemes { get; init; }
}

/// <summary>A list of strings as the protocol's schema writes it.</summary>
public sealed record StringList
{
    /// <summary>The strings.</summary>
    public IReadOnlyList<string>? List { get; init; }
}

/// <summary>A key in a header, query or cookie (A2A §4.5.2).</summary>
public sealed record ApiKeySecurityScheme
{
    /// <summary>A description for people.</summary>
    public string? Description { get; init; }

    /// <summary><c>header</c>, <c>query</c> or <c>cookie</c>. Required.</summary>
    public string Location { get; init => field = value ?? ""; } = "";

    /// <summary>The name of the header, parameter or cookie. Required.</summary>
    public string Name { get; init => field = value ?? ""; } = "";
}

/// <summary>An HTTP authentication scheme (A2A §4.5.3).</summary>
public sealed record HttpAuthSecurityScheme
{
    /// <summary>A description for people.</summary>
    public string? Description { get; init; }

    /// <summary>The scheme: <c>Bearer</c> … Required.</summary>
    public string Scheme { get; init => field = value ?? ""; } = "";

    /// <summary>A hint about the token's format.</summary>
    public string? BearerFormat { get; init; }
}

/// <summary>OpenID Connect (A2A §4.5.5).</summary>
public sealed record OpenIdConnectSecurityScheme
{
    /// <summary>A description for people.</summary>
    public string? Description { get; init; }

    /// <summary>The discovery document. Required.</summary>
    public string OpenIdConnectUrl { get; init => field = value ?? ""; } = "";
}

/// <summary>Mutual TLS (A2A §4.5.6).</summary>
public sealed record MutualTlsSecurityScheme
{
    /// <summary>A description for people.</summary>
    public string? Description { get; init; }
}
