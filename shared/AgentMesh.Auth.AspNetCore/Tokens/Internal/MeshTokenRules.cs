namespace AgentMesh.Auth.AspNetCore;

/// <summary>The mesh's authorization server: an access token is a JWT of RFC 9068, signed with ES256, for this party alone.</summary>
internal sealed class MeshTokenRules : ITokenRules
{
    private readonly string _issuer;
    private readonly string _audience;
    private readonly TimeSpan _maxLifetime;

    public MeshTokenRules(MeshIdentity identity, IssuerKeys keys)
    {
        // Without an issuer there is nothing a token could match; the server refuses to start before it comes to that.
        (_issuer, _audience) = (identity.Issuer ?? "", identity.Id.ToString());
        (_maxLifetime, Keys) = (identity.Manifest.Lifetimes.AccessToken, keys);
    }

    public IssuerKeys Keys { get; }

    public string? ReadKeyId(in CompactToken token, out string? keyId) => token.ReadKeyId("at+jwt"u8, "ES256"u8, out keyId);

    public string? ReadClaims(ReadOnlySpan<byte> payload, ReadOnlySpan<char> text, in TokenHash hash, IssuerKey key, out VerifiedToken? verified)
    {
        verified = null;
        if (TokenClaims.TryRead(payload) is not { } claims)
            return DecisionReason.TokenMalformed;
        if (claims.Issuer != _issuer)
            return DecisionReason.TokenIssuer;
        if (claims.Audience != _audience)
            return DecisionReason.TokenAudience;
        if (claims is not { Subject: { } subject, ClientId: { } client, TokenId: { } tokenId, IssuedAt: { } issuedAt, ExpiresAt: { } expiresAt }
            || !ScopeSet.TryParse(claims.Scope, out var scopes))
        {
            return DecisionReason.TokenMalformed;
        }
        if (expiresAt - issuedAt > _maxLifetime)
            return DecisionReason.TokenLifetime;
        verified = new VerifiedToken
        {
            Hash = hash,
            ForExchange = new SubjectToken(text.ToString(), hash, expiresAt),
            Key = key,
            Keys = Keys,
            Subject = subject,
            ClientId = client,
            Actors = claims.Actors,
            Scopes = scopes,
            TokenId = tokenId,
            TransactionId = claims.TransactionId,
            Ancestors = claims.Ancestors,
            IsBound = true,
            Thumbprint = claims.Thumbprint,
            ProofKey = claims.ProofKey,
            IssuedAt = issuedAt,
            NotBefore = claims.NotBefore ?? issuedAt,
            ExpiresAt = expiresAt,
            Approved = ApprovedActions.Read(claims.AuthorizationDetails),
        };
        return null;
    }
}
