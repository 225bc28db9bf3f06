namespace AgentMesh.Auth;

/// <summary>
/// What makes two calls share a token: same callee, same scopes, same subject, same key and, where it is bound to it, same SVID. Anything less would hand one
/// subject's rights to another.
/// </summary>
internal readonly record struct TokenCacheKey(string Callee, ScopeSet Scopes, TokenHash Subject, string? SvidThumbprint, string? ProofKey)
{
    public static TokenCacheKey For(TokenRequest request) =>
        new(request.Callee.SpiffeId, request.Scopes, request.OnBehalfOf?.Token?.Hash ?? default, request.BindsToSvid ? request.Svid.Thumbprint : null, request.ProofKey?.Thumbprint);
}
