namespace AgentMesh.Auth;

/// <summary>
/// Obtains access tokens. The default exchanges at the mesh's authorization server (RFC 8693); register another to obtain them elsewhere.
/// A source does not cache: <c>AgentAuthHandler</c> keeps what it returns for as long as the token lives.
/// </summary>
public interface ITokenSource
{
    /// <summary>Obtains a new token, bound to the request's SVID.</summary>
    /// <param name="request">What it is for.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The token, or the error the protocol answered with.</returns>
    ValueTask<TokenResult> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken = default);
}
