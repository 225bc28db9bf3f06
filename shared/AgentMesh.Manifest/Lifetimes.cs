namespace AgentMesh.Manifest;

/// <summary>How long the mesh's credentials live. Each is positive and at most one hour.</summary>
/// <param name="X509Svid">Life of an X509-SVID; it is renewed at half of it. At most one hour; 30 minutes when the manifest is silent.</param>
/// <param name="JwtSvid">Life of a JWT-SVID. At most one hour; 5 minutes when the manifest is silent.</param>
/// <param name="AccessToken">Life of an access token. At most 5 minutes, which is also the default.</param>
public sealed record Lifetimes(TimeSpan X509Svid, TimeSpan JwtSvid, TimeSpan AccessToken)
{
    /// <summary>The longest life that any credential may have.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>The longest life that an access token may have.</summary>
    public static readonly TimeSpan LongestAccessToken = TimeSpan.FromMinutes(5);

    internal static Lifetimes Default { get; } = new(TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5));
}
