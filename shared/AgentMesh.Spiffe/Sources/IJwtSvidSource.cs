using System.Security.Authentication;

namespace AgentMesh.Spiffe;

/// <summary>Answers with a JWT-SVID for an audience.</summary>
public interface IJwtSvidSource
{
    /// <summary>A JWT-SVID for the audience: from the cache, renewed ahead of its expiry.</summary>
    /// <param name="audience">Who the token is for; exactly what the receiver calls itself.</param>
    /// <param name="cancellationToken">Ends the wait of this caller, not the fetch that others wait for.</param>
    /// <exception cref="AuthenticationException">None can be had. The message says why and what to do.</exception>
    ValueTask<JwtSvid> FetchJwtSvidAsync(string audience, CancellationToken cancellationToken = default);
}
