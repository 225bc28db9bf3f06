using AgentMesh.Manifest;

namespace AgentMesh.AuthServer.Tokens;

/// <summary>How long access tokens live.</summary>
internal static class TokenLifetime
{
    /// <summary>Whatever the manifest says, no token lives longer: it is also how long a callee that lost the event stream may be wrong.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public static TimeSpan Of(MeshManifest manifest) => manifest.Lifetimes.AccessToken < Longest ? manifest.Lifetimes.AccessToken : Longest;
}
