namespace AgentMesh.Auth;

/// <summary>
/// Obtains access tokens. The default exchanges at the mesh's authorization server (RFC 8693); register another to obtain them elsewhere: as a
/// keyed service, whose key <c>Mesh:Callees:{name}:TokenSource</c> names for each callee that it is to be used for.
/// A source does not cache: <c>AgentAuthHandler</c> keeps what it returns for as long as the token lives.
/// </summary>
public interface ITokenSource
{
    /// <summary>
    /// Whether its tokens are for the request being served (RFC 8693 §1.1). When not, <see cref="TokenRequest.OnBehalfOf"/> is always null, and
    /// requests of different callers share a token.
    /// </summary>
    bool Delegates => true;

    /// <summary>
    /// Whether its tokens are bound to <see cref="TokenRequest.Svid"/> (RFC 8705 §3). When not, a token goes on being used after the SVID was rotated.
    /// </summary>
    bool BindsToSvid => true;

    /// <summary>Obtains a new token, bound to the request's SVID where the issuer binds tokens.</summary>
    /// <param name="request">What it is for.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The token, or the error the protocol answered with.</returns>
    ValueTask<TokenResult> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken = default);
}
